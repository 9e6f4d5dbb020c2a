import Concurrency
package import Foundation
import Synchronization

/// One of our programs, running as a process of its own.
package final class Program: Sendable {
    /// What a finished program said.
    package struct Output: Sendable {
        package let status: Int32
        package let standardOutput: String
        package let standardError: String
    }

    /// A program ended, or said nothing for a minute, when its first line was awaited.
    package struct NotReady: Error, CustomStringConvertible {
        private let name: String
        private let log: String

        package init(name: String, log: String) {
            self.name = name
            self.log = log
        }

        package var description: String { "\(name) did not become ready; its log ends:\n\(log.suffix(2_000))" }
    }

    /// The folder with the executables: that of the test binary itself.
    package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    private let name: String
    private let process: Process
    private let log: URL
    private let output = Mutex(Data())
    private let outputEnded = Mutex(false)
    private let changed = Signal()

    private init(name: String, log: URL) {
        self.name = name
        self.log = log
        process = Process()
    }

    /// Starts a program that runs until it is told to stop; what it writes to standard error goes to `log`.
    package static func start(
        _ name: String,
        _ arguments: [String],
        log: URL,
        environment: [String: String] = [:]
    ) throws -> Program {
        let program = Program(name: name, log: log)
        try program.launch(arguments, environment)
        return program
    }

    private func launch(_ arguments: [String], _ environment: [String: String]) throws {
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let errors = try FileHandle(forWritingTo: log)
        try errors.seekToEnd()
        let pipe = Pipe()
        pipe.fileHandleForReading.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                outputEnded.withLock { $0 = true }
            }
            output.withLock { $0.append(data) }
            changed.notify()
        }
        process.executableURL = Self.folder.appending(path: name)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardOutput = pipe
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { [changed] _ in changed.notify() }
        try process.run()
    }

    /// The first line that the program writes to standard output: it is ready then.
    package func firstLine() async throws -> String {
        do {
            return try await withDeadline(.seconds(60)) { [self] in
                while true {
                    let version = changed.version
                    let text = output.withLock { String(decoding: $0, as: UTF8.self) }
                    if let end = text.firstIndex(of: "\n") { return String(text[..<end]) }
                    guard process.isRunning else { throw DeadlineExceeded(limit: .zero) }
                    _ = await changed.wait(after: version)
                    try Task.checkCancellation()
                }
            }
        } catch is DeadlineExceeded {
            throw NotReady(name: name, log: errors)
        }
    }

    /// Runs a program to its end and returns what it said.
    package static func run(
        _ name: String,
        _ arguments: [String],
        in directory: URL,
        environment: [String: String] = [:]
    ) async throws -> Output {
        let program = Program(name: name, log: directory.appending(path: "\(UUID().uuidString).err"))
        try program.launch(arguments, environment)
        await program.ended()
        defer { try? FileManager.default.removeItem(at: program.log) }
        return Output(
            status: program.process.terminationStatus,
            standardOutput: program.output.withLock { String(decoding: $0, as: UTF8.self) },
            standardError: program.errors
        )
    }

    package var identifier: Int32 { process.processIdentifier }

    package var isRunning: Bool { process.isRunning }

    /// Everything the program has written to standard error so far.
    package var errors: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Sends a signal and waits until the process is gone.
    package func stop(_ signal: Int32 = SIGTERM) async {
        guard process.isRunning else { return }
        kill(identifier, signal)
        await ended()
    }

    /// Waits until the process is gone and all it wrote has arrived.
    package func ended() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [process] in
                process.waitUntilExit()
                continuation.resume()
            }
        }
        while !outputEnded.withLock({ $0 }) {
            let version = changed.version
            if outputEnded.withLock({ $0 }) { break }
            _ = await changed.wait(after: version)
        }
    }
}
