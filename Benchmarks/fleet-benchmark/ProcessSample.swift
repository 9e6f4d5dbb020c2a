import Foundation
import Glibc

/// What a process and those that it started use, as the system counts it.
struct ProcessSample {
    /// An amount of memory, and how it was counted.
    struct Memory {
        /// What is counted once where several processes share it.
        enum Measure: String {
            /// The proportional set: of what processes share, each has its part.
            case proportional = "PSS"
            /// The resident set: what processes share counts for each of them. Only where the other is not to be had.
            case resident = "RSS"
        }

        var bytes = 0
        var measure = Measure.proportional

        static func + (left: Memory, right: Memory) -> Memory {
            Memory(
                bytes: left.bytes + right.bytes,
                measure: left.measure == .resident ? .resident : right.measure
            )
        }
    }

    let memory: Memory
    /// Time on processors, in seconds.
    ///
    /// With children also that of those that have ended meanwhile: the system adds it to their parent's account when it takes
    /// note of their end, so that the sum never falls.
    let processorSeconds: Double

    /// Reads one process, or with `withChildren` also those that it started.
    init(of identifier: Int32, withChildren: Bool = false) {
        let all = [identifier] + (withChildren ? Self.children(of: identifier) : [])
        memory = all.reduce(Memory()) { $0 + Self.memory(of: $1) }
        let ticks = all.reduce(0) { $0 + Self.ticks(of: $1, withEndedChildren: withChildren) }
        processorSeconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func memory(of identifier: Int32) -> Memory {
        if let text = try? String(contentsOfFile: "/proc/\(identifier)/smaps_rollup", encoding: .utf8),
            let kilobytes = number("Pss", in: text), kilobytes > 0
        {
            return Memory(bytes: kilobytes * 1_024)
        }
        guard let text = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8),
            let kilobytes = number("VmRSS", in: text)
        else { return Memory() }
        return Memory(bytes: kilobytes * 1_024, measure: .resident)
    }

    private static func number(_ name: String, in text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix("\(name):") }?
            .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    }

    /// Its own time (utime, stime), and that of its children that have ended (cutime, cstime).
    private static func ticks(of identifier: Int32, withEndedChildren: Bool) -> Double {
        guard let fields = fields(of: identifier) else { return 0 }
        return fields[11..<(withEndedChildren ? 15 : 13)].reduce(0) { $0 + (Double($1) ?? 0) }
    }

    /// The fields of `stat` behind the program's name, which may hold anything.
    private static func fields(of identifier: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 14 ? fields : nil
    }

    private static func children(of identifier: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { fields(of: $0).flatMap { Int32($0[1]) } == identifier }
    }
}
