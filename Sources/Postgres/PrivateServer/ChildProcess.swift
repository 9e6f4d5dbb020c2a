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
        let box = Unmanaged.passRetained(Job(child: self, arguments: arguments, output: output))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            box.toOpaque()
        )
        guard code == 0 else {
            box.release()
            throw PostgresError(.privateServer, "no thread for \(arguments[0]): \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    private func become(_ new: Status) {
        status.withLock { $0 = new }
        changes.notify()
    }

    private final class Job: Sendable {
        let child: ChildProcess
        let arguments: [String]
        let output: String

        init(child: ChildProcess, arguments: [String], output: String) {
            self.child = child
            self.arguments = arguments
            self.output = output
        }

        func run() {
            var pid = pid_t()
            let code = spawn(&pid)
            guard code == 0 else {
                child.become(.failed("'\(arguments[0])' cannot be started: \(String(cString: strerror(code)))"))
                return
            }
            child.become(.running(pid))
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
            let signal = status & 0x7f
            child.become(.ended(signal == 0 ? (status >> 8) & 0xff : 128 + signal))
        }

        private func spawn(_ pid: inout pid_t) -> Int32 {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var none = sigset_t()
            sigemptyset(&none)
            var all = sigset_t()
            sigfillset(&all)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setsigdefault(&attributes, &all)
            posix_spawnattr_setpgroup(&attributes, 0)
            posix_spawnattr_setflags(
                &attributes,
                Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
            )
            let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
            let words: [UnsafeMutablePointer<CChar>?] = arguments.map { (word: String) in strdup(word) } + [nil]
            let environment: [UnsafeMutablePointer<CChar>?] =
                ["PATH=\(path)", "LC_ALL=C.UTF-8"].map { (word: String) in strdup(word) } + [nil]
            defer { for text in words + environment { free(text) } }
            return posix_spawnp(&pid, arguments[0], &actions, &attributes, words, environment)
        }
    }
}
