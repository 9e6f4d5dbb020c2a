import Foundation

/// What the system says a process uses.
struct ProcessUse: CustomStringConvertible {
    let residentKilobytes: Int
    let anonymousKilobytes: Int
    let threads: Int
    let processorSeconds: Double

    init(of identifier: Int32) throws {
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
            throw Failure("the process \(identifier) has no clock: it ended")
        }
        processorSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    var description: String {
        let (resident, anonymous) = (Double(residentKilobytes) / 1_024, Double(anonymousKilobytes) / 1_024)
        return "\(rounded(resident)) MiB resident, \(rounded(anonymous)) MiB of it anonymous, \(threads) threads"
    }
}
