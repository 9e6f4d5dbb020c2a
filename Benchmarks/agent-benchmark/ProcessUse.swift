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
        let stat = try String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
        let fields = stat[stat.index(after: stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        processorSeconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    var description: String {
        let (resident, anonymous) = (Double(residentKilobytes) / 1_024, Double(anonymousKilobytes) / 1_024)
        return "\(rounded(resident)) MiB resident, \(rounded(anonymous)) MiB of it anonymous, \(threads) threads"
    }
}
