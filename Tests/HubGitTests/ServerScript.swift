import FleetTestSupport
import Foundation
import Glibc
import Testing

/// A small server in Python, as a test needs one beside the programs of git.
enum ServerScript {
    /// The interpreter; `nil` on a machine without one.
    static let python = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        .map { "\($0)/python3" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs `text` while `body` runs with the first line that it prints: where it listens.
    ///
    /// - Throws: what `body` throws, or why the server did not start.
    static func serve(
        _ text: String,
        _ arguments: [String],
        in folder: String,
        _ body: (_ address: String) async throws -> Void
    ) async throws {
        let script = "\(folder)/server.py"
        try text.write(toFile: script, atomically: true, encoding: .utf8)
        let program = try Program.start(
            try #require(python),
            [script] + arguments,
            log: URL(filePath: folder).appending(path: "server.log")
        )
        let result: Result<Void, any Error>
        do {
            try await body(try await program.firstLine())
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // A program that is started so does not hear of SIGTERM.
        await program.stop(SIGKILL)
        try result.get()
    }
}
