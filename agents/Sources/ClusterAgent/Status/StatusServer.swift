import Glibc
import Synchronization

/// Serves metrics and probes over HTTP/1.1: a few fixed paths, one thread, nothing kept.
///
/// The thread answers liveness itself, so that the answer does not depend on what it tells about; everything else is
/// asked of `answer`, in turn.
package final class StatusServer: Sendable {
    /// What the thread asks, and which connection waits for it.
    struct Question: Sendable {
        let connection: UInt64
        let request: StatusRequest
    }

    /// Answers on their way to the thread.
    final class Mailbox: Sendable {
        private struct State {
            var answers: [(connection: UInt64, bytes: [UInt8])] = []
            var isStopped = false
        }

        private let state = Mutex(State())
        /// Readable when something was posted.
        let readEnd: Int32
        private let writeEnd: Int32

        init() throws(AgentError) {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else {
                throw AgentError("the status server cannot start: \(String(cString: strerror(errno)))")
            }
            for end in ends { StatusServer.prepare(end) }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        var isStopped: Bool { state.withLock(\.isStopped) }

        func post(_ bytes: [UInt8], to connection: UInt64) {
            state.withLock { $0.answers.append((connection, bytes)) }
            wake()
        }

        func stop() {
            state.withLock { $0.isStopped = true }
            wake()
        }

        func take() -> [(connection: UInt64, bytes: [UInt8])] {
            var buffer = [UInt8](repeating: 0, count: 64)
            while read(readEnd, &buffer, buffer.count) > 0 {}
            return state.withLock { state in
                defer { state.answers = [] }
                return state.answers
            }
        }

        private func wake() {
            var byte: UInt8 = 1
            _ = write(writeEnd, &byte, 1)
        }
    }

    /// The port that is listened on.
    package let port: UInt16
    private let questions: AsyncStream<Question>
    private let mailbox: Mailbox

    /// Listens on `address` and starts the thread; `isAlive` answers liveness.
    ///
    /// `patience` is how long one connection may take from its beginning to its end.
    ///
    /// - Throws: `AgentError` when the address cannot be listened on.
    package init(
        _ address: ListenAddress,
        patience: Duration = .seconds(10),
        isAlive: @escaping @Sendable () -> StatusAnswer
    ) throws(AgentError) {
        mailbox = try Mailbox()
        let (questions, asker) = AsyncStream.makeStream(
            of: Question.self,
            bufferingPolicy: .bufferingNewest(StatusLoop.maximumConnections)
        )
        self.questions = questions
        let (descriptor, port) = try address.listen()
        self.port = port
        let loop = StatusLoop(
            listener: descriptor,
            mailbox: mailbox,
            patience: patience,
            isAlive: isAlive,
            asker: asker
        )
        guard Self.startThread(loop) else {
            close(descriptor)
            throw AgentError("the thread of the status server cannot be started")
        }
    }

    /// Answers questions until the task is cancelled; then nothing is listened on any more.
    package func run(_ answer: @Sendable (_ path: String) async -> StatusAnswer?) async {
        await withTaskCancellationHandler {
            for await question in questions {
                let answer = await answer(question.request.path) ?? StatusAnswer(status: 404, body: "not found\n")
                mailbox.post(answer.bytes(withBody: !question.request.isHead), to: question.connection)
            }
            mailbox.stop()
        } onCancel: {
            mailbox.stop()
        }
    }

    /// Makes calls on `descriptor` return at once, and keeps it from programs that are started.
    static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private static func startThread(_ loop: StatusLoop) -> Bool {
        var thread: pthread_t = 0
        let context = Unmanaged.passRetained(loop)
        let result = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<StatusLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        guard result == 0 else {
            context.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
