import Foundation
import Glibc

/// What a process and those that it started use, as the system counts it.
struct ProcessSample {
    /// Memory, what is shared with others in parts (PSS), in bytes.
    let memory: Int
    /// Time on processors, in seconds.
    let processorSeconds: Double

    /// Reads one process, or with `withChildren` also those that it started.
    init(of identifier: Int32, withChildren: Bool = false) {
        let all = [identifier] + (withChildren ? Self.children(of: identifier) : [])
        memory = all.reduce(0) { $0 + Self.memory(of: $1) }
        processorSeconds = all.reduce(0) { $0 + Self.processorSeconds(of: $1) }
    }

    private static func memory(of identifier: Int32) -> Int {
        // The resident set where the proportional one is not to be had.
        if let text = try? String(contentsOfFile: "/proc/\(identifier)/smaps_rollup", encoding: .utf8),
            let kilobytes = number("Pss", in: text), kilobytes > 0
        {
            return kilobytes * 1_024
        }
        let text = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
        return (number("VmRSS", in: text) ?? 0) * 1_024
    }

    private static func number(_ name: String, in text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix("\(name):") }?
            .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    }

    private static func processorSeconds(of identifier: Int32) -> Double {
        fields(of: identifier).map { fields in
            (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
        }.map { $0 / Double(sysconf(Int32(_SC_CLK_TCK))) } ?? 0
    }

    /// The fields of `stat` behind the program's name, which may hold anything.
    private static func fields(of identifier: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 12 ? fields : nil
    }

    private static func children(of identifier: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { fields(of: $0).flatMap { Int32($0[1]) } == identifier }
    }
}
