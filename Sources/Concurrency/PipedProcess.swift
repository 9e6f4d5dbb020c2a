import Glibc
import Synchronization

/// A short-lived child process that is fed on its standard input and listened to on its standard output.
///
/// A thread of its own feeds it, reads and waits, because all of that blocks.
package final class PipedProcess: Sendable {
    /// It could not be begun.
    package struct Unstartable: Error, CustomStringConvertible {
        package let description: String
    }

    /// How it ended, and what it wrote.
    package struct Ending: Sendable {
        /// As a shell gives it.
        package let status: Int32
        package let output: [UInt8]
        /// Whether there was more than may be.
        package let isCut: Bool
        /// The beginning of what it wrote to standard error, on one line.
        package let complaint: String?
    }

    /// What a child finds in its environment.
    package enum Environment: Sendable {
        /// What this process was given, for the service's credentials and proxies, without what is the hub's own.
        case ours
        /// This and nothing else.
        case only([String: String])
    }

    private struct State {
        var pid: pid_t?
        var ending: Ending?
        var isKilled = false
    }

    private let state = Mutex(State())
    private let changes = Signal()

    /// Starts a program, writes to its standard input and closes that.
    ///
    /// - Parameters:
    ///   - words: the program, which is looked for in this process's `PATH`, and its arguments.
    ///   - input: what it reads.
    ///   - limit: how many bytes of its output are kept.
    ///   - complaintLimit: how many bytes of what it writes to standard error are kept.
    ///   - environment: what it finds in its environment.
    /// - Returns: the process, which may have ended already.
    /// - Throws: `Unstartable` when there is no thread for it.
    package static func start(
        _ words: [String],
        input: [UInt8],
        limit: Int,
        complaintLimit: Int = 300,
        environment: Environment = .ours
    ) throws(Unstartable) -> PipedProcess {
        let process = PipedProcess()
        let job = Job(
            process: process,
            words: words,
            input: input,
            limit: limit,
            complaintLimit: complaintLimit,
            environment: environment
        )
        do throws(BlockingThread.Unavailable) { try BlockingThread.start { job.run() } } catch {
            throw Unstartable(description: "no thread for it: \(error)")
        }
        return process
    }

    /// Waits for its end; a cancelled wait kills it first, with all that it has started.
    ///
    /// - Throws: `CancellationError`.
    package func ended() async throws -> Ending {
        try await withTaskCancellationHandler {
            var seen: UInt64 = 0
            while true {
                if let ending = state.withLock({ $0.ending }) { return ending }
                try Task.checkCancellation()
                seen = await changes.wait(after: seen)
            }
        } onCancel: {
            kill()
        }
    }

    private func kill() {
        state.withLock { state in
            state.isKilled = true
            if let pid = state.pid, state.ending == nil { _ = Glibc.kill(-pid, SIGKILL) }
        }
        changes.notify()
    }

    private func started(_ pid: pid_t) {
        state.withLock { state in
            state.pid = pid
            if state.isKilled { _ = Glibc.kill(-pid, SIGKILL) }
        }
    }

    private func finish(_ ending: Ending) {
        state.withLock { $0.ending = ending }
        changes.notify()
    }

    private final class Job: Sendable {
        let process: PipedProcess
        let words: [String]
        let input: [UInt8]
        let limit: Int
        let complaintLimit: Int
        let environment: Environment

        init(
            process: PipedProcess,
            words: [String],
            input: [UInt8],
            limit: Int,
            complaintLimit: Int,
            environment: Environment
        ) {
            self.process = process
            self.words = words
            self.input = input
            self.limit = limit
            self.complaintLimit = complaintLimit
            self.environment = environment
        }

        func run() {
            guard let feed = Pipe(), let answer = Pipe(), let complaint = Pipe() else {
                return process.finish(Ending(status: 127, output: [], isCut: false, complaint: "no pipe"))
            }
            defer {
                close(answer.reading)
                close(complaint.reading)
            }
            let child: SpawnedChild
            do throws(SpawnedChild.Unstartable) {
                defer {
                    close(feed.reading)
                    close(answer.writing)
                    close(complaint.writing)
                }
                child = try spawn(feed.reading, answer.writing, complaint.writing)
            } catch {
                close(feed.writing)
                let ending = Ending(status: 127, output: [], isCut: false, complaint: error.description)
                return process.finish(ending)
            }
            process.started(child.pid)
            // A few hundred bytes fit into any pipe; a child that has gone is met in its status.
            feedInput(feed.writing)
            close(feed.writing)
            // Both at once: a child that fills the one pipe would wait while the other is read.
            let heard = Self.drain([(answer.reading, limit), (complaint.reading, complaintLimit)])
            let (output, isCut) = heard[0]
            let text = String(decoding: heard[1].bytes, as: UTF8.self)
                .split(whereSeparator: \.isNewline).joined(separator: " ")
            process.finish(
                Ending(status: child.wait(), output: output, isCut: isCut, complaint: text.isEmpty ? nil : text)
            )
        }

        private func feedInput(_ descriptor: Int32) {
            // A child that does not read must not end the hub with SIGPIPE.
            var pipeSignal = sigset_t()
            sigemptyset(&pipeSignal)
            sigaddset(&pipeSignal, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
            _ = Glibc.write(descriptor, input, input.count)
        }

        /// Reads each to its end; of what is beyond its limit nothing is kept.
        private static func drain(
            _ sources: [(descriptor: Int32, limit: Int)]
        ) -> [(bytes: [UInt8], isCut: Bool)] {
            var heard: [(bytes: [UInt8], isCut: Bool)] = sources.map { _ in ([], false) }
            var open = sources.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            // A descriptor below zero is one that poll leaves out.
            while open.contains(where: { $0.fd >= 0 }) {
                guard poll(&open, nfds_t(open.count), -1) >= 0 || errno == EINTR else { break }
                for index in open.indices where open[index].fd >= 0 && open[index].revents != 0 {
                    open[index].revents = 0
                    let count = Glibc.read(open[index].fd, &buffer, buffer.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else {
                        open[index].fd = -1
                        continue
                    }
                    let (limit, kept) = (sources[index].limit, heard[index].bytes.count)
                    heard[index].isCut = heard[index].isCut || kept + count > limit
                    heard[index].bytes += buffer.prefix(min(count, limit - kept))
                }
            }
            return heard
        }

        private func spawn(
            _ input: Int32,
            _ output: Int32,
            _ errors: Int32
        ) throws(SpawnedChild.Unstartable) -> SpawnedChild {
            try SpawnedChild(words, environment: Self.entries(of: environment)) { actions in
                posix_spawn_file_actions_adddup2(&actions, input, 0)
                posix_spawn_file_actions_adddup2(&actions, output, 1)
                posix_spawn_file_actions_adddup2(&actions, errors, 2)
            }
        }

        /// The entries as the system takes them.
        private static func entries(of environment: Environment) -> [String] {
            if case .only(let entries) = environment { return entries.map { "\($0.key)=\($0.value)" } }
            let descriptor = Glibc.open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return [] }
            defer { close(descriptor) }
            return drain([(descriptor, 1 << 20)])[0].bytes.split(separator: 0)
                .map { String(decoding: $0, as: UTF8.self) }
                .filter { !$0.hasPrefix("OTOMI_") }
        }
    }

    /// Both ends of a pipe; no other child inherits them.
    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init?() {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reading, writing) = (ends[0], ends[1])
        }
    }
}
