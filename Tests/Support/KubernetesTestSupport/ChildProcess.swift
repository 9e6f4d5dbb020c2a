import Foundation
package import Glibc
import Synchronization

/// A program that dies with the test process.
///
/// `setpriv --pdeathsig` ends it when the thread that started it ends, so each program has a thread of its own that waits
/// for it: the thread lives as long as the program or the test process, whichever is shorter.
package final class ChildProcess: Sendable {
    private struct State {
        var identifier: pid_t = 0
        var failure: Int32 = 0
        var exitStatus: Int32?
    }

    /// Why a program did not start.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let logFile: String
    private let state = Mutex(State())

    /// Starts a program; its output goes to `logFile`.
    ///
    /// - Throws: `Failure` when it cannot be started.
    package init(_ executable: String, _ arguments: [String], logFile: String) throws {
        self.logFile = logFile
        let started = DispatchSemaphore(value: 0)
        let line = ["/usr/bin/setpriv", "--pdeathsig=KILL", executable] + arguments
        Thread.detachNewThread { [state = self] in
            let (identifier, failure) = ChildProcess.spawn(line, logFile: logFile)
            state.state.withLock {
                $0.identifier = identifier
                $0.failure = failure
            }
            started.signal()
            guard failure == 0 else { return }
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            state.state.withLock { $0.exitStatus = status }
        }
        started.wait()
        let failure = state.withLock { $0.failure }
        guard failure == 0 else {
            throw Failure(description: "cannot start \(executable): \(String(cString: strerror(failure)))")
        }
    }

    package var identifier: pid_t { state.withLock { $0.identifier } }

    package var hasEnded: Bool { state.withLock { $0.exitStatus != nil } }

    /// Ends the program at once.
    package func kill() {
        let identifier = state.withLock { $0.exitStatus == nil ? $0.identifier : 0 }
        if identifier > 0 { Glibc.kill(identifier, SIGKILL) }
    }

    /// The end of the program's output, for messages.
    package var logTail: String {
        guard let text = try? String(contentsOfFile: logFile, encoding: .utf8) else { return "" }
        return text.split(separator: "\n").suffix(15).joined(separator: "\n")
    }

    private static func spawn(_ line: [String], logFile: String) -> (pid_t, Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A server that outlives another child must not hold that one's pipes: its end would never be seen.
        for descriptor in Int32(3)..<512 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var identifier: pid_t = 0
        let failure = posix_spawn(&identifier, line[0], &actions, nil, &arguments, environ)
        return (identifier, failure)
    }
}
