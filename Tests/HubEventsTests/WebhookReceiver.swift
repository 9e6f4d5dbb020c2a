import Concurrency
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A program that webhooks deliver to: it keeps what came, and answers as it is told.
final class WebhookReceiver: Sendable {
    /// What came.
    struct Message: Sendable {
        let path: String
        let headers: HTTPFields
        let body: [UInt8]

        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { headers[$0] } ?? "" }
    }

    /// What a path answers.
    enum Answer: Sendable {
        case status(Int, body: String = "")
        case redirect(to: String)
        /// Nothing, for as long as anybody waits.
        case silence
    }

    let url: String
    private let answers = Mutex<[String: Answer]>([:])
    private let messages = Mutex<[Message]>([])
    private let arrivals = Signal()

    private init(url: String) { self.url = url }

    /// Runs `body` with a receiver that answers 204.
    static func with(_ body: @escaping @Sendable (WebhookReceiver) async throws -> Void) async throws {
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let responder = Responder()
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in if let port = channel.localAddress?.port { announce.yield(port) } },
            logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await application.run()
            }
            guard let port = await ports.first(where: { _ in true }) else { return try await group.waitForAll() }
            defer { group.cancelAll() }
            let receiver = WebhookReceiver(url: "http://127.0.0.1:\(port)")
            responder.receiver.withLock { $0 = receiver }
            try await body(receiver)
        }
    }

    func answer(_ path: String, _ answer: Answer) { answers.withLock { $0[path] = answer } }

    /// What came so far, to one path or to all.
    func received(_ path: String? = nil) -> [Message] {
        messages.withLock { $0.filter { path == nil || $0.path == path } }
    }

    /// Waits until so many messages have come.
    func wait(for count: Int, _ path: String? = nil) async -> [Message] {
        while true {
            let seen = arrivals.version
            let messages = received(path)
            if messages.count >= count || Task.isCancelled { return messages }
            _ = await arrivals.wait(after: seen)
        }
    }

    fileprivate func take(_ message: Message) async -> Response {
        messages.withLock { $0.append(message) }
        arrivals.notify()
        switch answers.withLock({ $0[message.path] }) ?? .status(204) {
        case .status(let code, let body):
            return Response(
                status: .init(code: code),
                body: body.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(string: body))
            )
        case .redirect(let url): return Response(status: .found, headers: [.location: url])
        case .silence:
            _ = await Signal().wait(after: 0)
            return Response(status: .noContent)
        }
    }

    private final class Responder: HTTPResponder {
        let receiver = Mutex<WebhookReceiver?>(nil)

        func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
            let body = Array(buffer: try await request.body.collect(upTo: 1 << 20))
            let message = Message(path: request.uri.path, headers: request.headers, body: body)
            guard let receiver = receiver.withLock({ $0 }) else { return Response(status: .serviceUnavailable) }
            return await receiver.take(message)
        }
    }
}
