import AgentTestSupport
import Foundation

/// An agent that runs as a program of its own, as on a cluster.
final class AgentProcess: Sendable {
    private let process: Process

    /// Starts `program`; what it says goes to `log`.
    ///
    /// It dies with the benchmark.
    init(_ program: URL, _ arguments: [String], log: URL) throws {
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = ["--pdeathsig=KILL", program.path] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
    }

    /// What the system says it uses now.
    func use() throws -> ProcessUse { try ProcessUse(of: process.processIdentifier) }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
