import AgentTestSupport
import Foundation
import KubernetesTestSupport

/// An agent that runs as a program of its own, as on a cluster, and dies with the benchmark.
struct AgentProcess: Sendable {
    private let process: ChildProcess

    /// Starts `program`; what it says goes to `log`.
    init(_ program: URL, _ arguments: [String], log: URL) throws {
        process = try ChildProcess(program.path, arguments, logFile: log.path)
    }

    /// What the system says it uses now.
    ///
    /// - Throws: what the agent said last, when it has ended.
    func use() throws -> ProcessUse {
        guard !process.hasEnded else { throw Failure("the agent has ended: \(process.logTail)") }
        return try ProcessUse(of: process.identifier)
    }

    func stop() {
        process.kill()
    }
}
