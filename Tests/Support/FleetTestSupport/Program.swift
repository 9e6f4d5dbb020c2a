import Concurrency
package import Foundation
import Glibc
import Synchronization

/// A program, running as a process of its own that ends with the test process at the latest.
///
/// A name is that of one of ours; a path is any other's.
///
/// A thread of its own starts it, reads its first line and waits for it. The thread must live as long as the program:
/// the kernel sends the parent-death signal when the *thread* that started the child ends.
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

    private struct State {
        var identifier: pid_t = 0
        var firstLine: String?
        var status: Int32?
    }

    /// The folder with the executables: that of the test binary itself.
    package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    private let name: String
    private let log: URL
    private let state = Mutex(State())
    private let changed = Signal()

    private init(name: String, log: URL) {
        self.name = name
        self.log = log
    }

    /// Starts a program that runs until it is told to stop; what it writes to standard error goes to `log`.
    package static func start(
        _ name: String,
        _ arguments: [String],
        log: URL,
        environment: [String: String] = [:]
    ) throws -> Program {
        let program = Program(name: name, log: log)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw NotReady(name: name, log: "no pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        program.launch(arguments, environment, output: writing, line: reading)
        return program
    }

    /// Runs a program to its end and returns what it said.
    package static func run(
        _ name: String,
        _ arguments: [String],
        in directory: URL,
        environment: [String: String] = [:]
    ) async throws -> Output {
        let unique = UUID().uuidString
        let program = Program(name: name, log: directory.appending(path: "\(unique).err"))
        let output = directory.appending(path: "\(unique).out")
        let descriptor = open(output.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw NotReady(name: name, log: "no file \(output.path): errno \(errno)") }
        program.launch(arguments, environment, output: descriptor, line: nil)
        await program.ended()
        defer {
            unlink(program.log.path)
            unlink(output.path)
        }
        return Output(
            status: program.state.withLock { $0.status } ?? -1,
            standardOutput: try String(contentsOf: output, encoding: .utf8),
            standardError: program.errors
        )
    }

    /// The first line that the program writes to standard output: it is ready then.
    package func firstLine() async throws -> String {
        do {
            return try await withDeadline(.seconds(60)) { [self] in
                while true {
                    let version = changed.version
                    let (line, status) = state.withLock { ($0.firstLine, $0.status) }
                    if let line { return line }
                    guard status == nil else { throw DeadlineExceeded(limit: .zero) }
                    _ = await changed.wait(after: version)
                    try Task.checkCancellation()
                }
            }
        } catch is DeadlineExceeded {
            throw NotReady(name: name, log: errors)
        }
    }

    /// The process's number; that of the last one when it has ended.
    package var identifier: Int32 { state.withLock { $0.identifier } }

    package var isRunning: Bool { state.withLock { $0.status == nil } }

    /// Everything the program has written to standard error so far.
    package var errors: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Sends a signal and waits until the process is gone.
    package func stop(_ signal: Int32 = SIGTERM) async {
        state.withLock { state in
            if state.status == nil, state.identifier > 0 { _ = kill(state.identifier, signal) }
        }
        await ended()
    }

    /// Waits until the process is gone.
    package func ended() async {
        while true {
            let version = changed.version
            guard isRunning else { return }
            _ = await changed.wait(after: version)
        }
    }

    // MARK: - The thread

    /// Starts the thread and waits until the program has its process, which is a moment.
    private func launch(_ arguments: [String], _ environment: [String: String], output: Int32, line: Int32?) {
        let path = name.hasPrefix("/") ? name : Self.folder.appending(path: name).path
        let command = ["/usr/bin/setpriv", "--pdeathsig=KILL", path] + arguments
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let started = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            let (identifier, failure) = spawn(command, variables, output: output)
            close(output)
            state.withLock { $0.identifier = identifier }
            started.signal()
            if let line {
                readFirstLine(line)
                close(line)
            }
            var status: Int32 = failure == 0 ? 0 : 127 << 8
            if failure == 0 { while waitpid(identifier, &status, 0) < 0, errno == EINTR {} }
            let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            state.withLock { $0.status = code }
            changed.notify()
        }
        started.wait()
    }

    private func readFirstLine(_ descriptor: Int32) {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        guard !bytes.isEmpty else { return }
        let line = String(decoding: bytes, as: UTF8.self)
        state.withLock { $0.firstLine = line }
        changed.notify()
    }

    private func spawn(_ command: [String], _ variables: [String: String], output: Int32) -> (pid_t, Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, log.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        for descriptor in Int32(3)..<512 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var identifier: pid_t = 0
        let failure = posix_spawn(&identifier, command[0], &actions, nil, &arguments, &environment)
        return (identifier, failure)
    }
}
