import Foundation

/// What the system says a process uses.
package struct ProcessUse: Sendable, CustomStringConvertible {
    package let residentKilobytes: Int
    package let anonymousKilobytes: Int
    package let threads: Int
    package let processorSeconds: Double
    /// Open descriptors.
    package let descriptors: Int

    /// Reads the process `identifier`.
    ///
    /// - Throws: when it has ended.
    package init(of identifier: Int32) throws {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        func number(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        residentKilobytes = number("VmRSS")
        anonymousKilobytes = number("RssAnon")
        threads = number("Threads")
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(identifier, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw Ended(identifier: identifier)
        }
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count
        processorSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The process is gone.
    package struct Ended: Error {
        package let identifier: Int32
    }

    package var description: String {
        func mebibytes(_ kilobytes: Int) -> Double { (Double(kilobytes) / 102.4).rounded() / 10 }
        return "\(mebibytes(residentKilobytes)) MiB resident, \(mebibytes(anonymousKilobytes)) MiB of it anonymous, "
            + "\(threads) threads, \(descriptors) descriptors"
    }
}
