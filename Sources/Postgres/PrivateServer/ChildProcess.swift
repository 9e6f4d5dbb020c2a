import Concurrency
import Glibc
import Synchronization

/// A child process that ends with this one.
///
/// It is started and waited for by one thread of its own: the kernel sends the parent-death signal when the *thread* that
/// started the child ends, so it must be none that comes and goes.
final class ChildProcess: Sendable {
    private enum Status {
        case starting
        case running(pid_t)
        case failed(String)
        case ended(Int32)
    }

    private let status = Mutex(Status.starting)
    private let changes = Signal()

    /// Starts `arguments`, found in `PATH`, in a process group of its own, so that a terminal's Ctrl-C does not reach it.
    ///
    /// - Throws: `PostgresError.Code.privateServer` when it cannot be started.
    static func start(_ arguments: [String], output: String) async throws -> ChildProcess {
        let child = ChildProcess()
        try child.startThread(arguments, output: output)
        var seen: UInt64 = 0
        while true {
            switch child.status.withLock({ $0 }) {
            case .starting: seen = await child.changes.wait(after: seen)
            case .failed(let reason): throw PostgresError(.privateServer, reason)
            case .running, .ended: return child
            }
            try Task.checkCancellation()
        }
    }

    /// The process while it runs.
    var pid: pid_t? {
        status.withLock { status in
            if case .running(let pid) = status { pid } else { nil }
        }
    }

    /// The exit status as a shell would give it, once it has ended.
    var exitStatus: Int32? {
        status.withLock { status in
            if case .ended(let code) = status { code } else { nil }
        }
    }

    /// Waits until it has ended or the task is cancelled; `nil` for the latter.
    func waitUntilEnded() async -> Int32? {
        var seen: UInt64 = 0
        while !Task.isCancelled {
            if let exitStatus { return exitStatus }
            seen = await changes.wait(after: seen)
        }
        return exitStatus
    }

    func signal(_ number: Int32) {
        status.withLock { status in
            if case .running(let pid) = status { kill(pid, number) }
        }
    }

    private func startThread(_ arguments: [String], output: String) throws(PostgresError) {
        do throws(BlockingThread.Unavailable) {
            try BlockingThread.start { self.live(arguments, output: output) }
        } catch {
            throw PostgresError(.privateServer, "no thread for \(arguments[0]): \(error)")
        }
    }

    /// Starts the process and waits for its end.
    private func live(_ arguments: [String], output: String) {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        do throws(SpawnedChild.Unstartable) {
            let child = try SpawnedChild(arguments, environment: ["PATH=\(path)", "LC_ALL=C.UTF-8"]) { actions in
                posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
                posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                posix_spawn_file_actions_adddup2(&actions, 1, 2)
            }
            become(.running(child.pid))
            become(.ended(child.wait()))
        } catch {
            become(.failed("'\(arguments[0])' cannot be started: \(error)"))
        }
    }

    private func become(_ new: Status) {
        status.withLock { $0 = new }
        changes.notify()
    }
}
