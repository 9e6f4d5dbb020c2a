import Foundation
import FleetTestSupport
import Testing

/// python-tuf in the folder where `script/bootstrap` installs it.
enum PythonTUF {
    /// Why the tests with it do not run.
    static let missing: Comment = "python-tuf is not installed: run script/bootstrap where PyPI can be reached"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: interpreter) }

    private static let interpreter: String = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        return "\(cache)/otomi/tuf/venv/bin/python"
    }()

    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Python")

    /// Runs one of the scripts to its end.
    static func run(_ script: String, _ arguments: [String], in folder: URL) async throws -> Program.Output {
        let path = scripts.appending(path: script).path
        return try await Program.run(interpreter, ["-B", path] + arguments, in: folder)
    }
}
