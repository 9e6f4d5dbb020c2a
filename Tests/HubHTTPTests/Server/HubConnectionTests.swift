import Concurrency
import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import HubHTTP

/// Requests of one connection, on a loop that the test turns.
@Suite struct HubConnectionTests {
    /// A connection whose requests the test answers.
    private final class Scene {
        let channel = NIOAsyncTestingChannel()
        private let begun: AsyncStream<Begun>
        private var requests: AsyncStream<Begun>.AsyncIterator

        struct Begun: Sendable {
            let request: Request
            let exchange: Exchange
            let writer: HubConnection.Writer

            func answer(_ text: String, length: Bool = true) async throws {
                let body =
                    length
                    ? ResponseBody(byteBuffer: ByteBuffer(string: text))
                    : ResponseBody { writer in
                        try await writer.write(ByteBuffer(string: text))
                        try await writer.finish(nil)
                    }
                let response = Response(status: .ok, body: body)
                try await response.body.write(AnswerWriter(response, to: writer))
            }
        }

        init() async throws {
            let (stream, continuation) = AsyncStream.makeStream(of: Begun.self)
            begun = stream
            requests = stream.makeAsyncIterator()
            let channel = self.channel
            try await channel.testingEventLoop.executeInContext {
                try channel.pipeline.syncOperations.addHandler(
                    HubConnection { request, _, exchange, writer in
                        continuation.yield(Begun(request: request, exchange: exchange, writer: writer))
                    }
                )
            }
            try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        }

        func next() async throws -> Begun { try #require(await requests.next(isolation: nil)) }

        func head(_ path: String, _ fields: HTTPFields = [:]) async throws {
            var request = HTTPRequest(method: .post, scheme: nil, authority: nil, path: path)
            request.headerFields = fields
            try await channel.writeInbound(HTTPRequestPart.head(request))
        }

        func body(_ text: String) async throws {
            try await channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: text)))
        }

        func end() async throws { try await channel.writeInbound(HTTPRequestPart.end(nil)) }

        /// The text of the next answer.
        func answer() async throws -> String {
            var text = ""
            while true {
                switch try await channel.waitForOutboundWrite(as: HTTPResponsePart.self) {
                case .head: continue
                case .body(let bytes): text += String(buffer: bytes)
                case .end: return text
                }
            }
        }
    }

    @Test func `a request's body comes in pieces, and the next request has its turn after the answer`() async throws {
        let scene = try await Scene()
        try await scene.head("/first")
        let first = try await scene.next()
        #expect(first.request.uri.path == "/first")
        try await scene.body("one ")
        try await scene.body("two")
        try await scene.end()
        #expect(String(buffer: try await first.request.body.collect(upTo: 100)) == "one two")
        try await scene.head("/second")
        try await scene.end()
        try await first.answer("first")
        #expect(try await scene.answer() == "first")
        let second = try await scene.next()
        #expect(second.request.uri.path == "/second")
        #expect(try await second.request.body.collect(upTo: 100).readableBytes == 0)
        try await second.answer("second", length: false)
        #expect(try await scene.answer() == "second")
        #expect(scene.channel.isActive)
    }

    @Test func `a body that nobody reads does not stand before the next request`() async throws {
        let scene = try await Scene()
        try await scene.head("/first")
        let first = try await scene.next()
        try await first.answer("too long")
        #expect(try await scene.answer() == "too long")
        for _ in 0..<100 { try await scene.body("more of it") }
        try await scene.end()
        try await scene.head("/second")
        try await scene.end()
        #expect(try await scene.next().request.uri.path == "/second")
    }

    @Test func `more is read only when somebody takes it`() async throws {
        let scene = try await Scene()
        try await scene.head("/")
        let begun = try await scene.next()
        let reads = Mutex(0)
        let channel = scene.channel
        try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(ReadCounter { reads.withLock { $0 += 1 } }, position: .first)
        }
        for _ in 0..<20 { try await scene.body("piece") }
        reads.withLock { $0 = 0 }
        channel.read()
        try await channel.testingEventLoop.executeInContext {}
        #expect(reads.withLock { $0 } == 0)
        var body = begun.request.body.makeAsyncIterator()
        for _ in 0..<20 { _ = try await body.next() }
        await channel.testingEventLoop.run()
        #expect(reads.withLock { $0 } == 1)
    }

    @Test func `whoever hangs up ends the wait and the body`() async throws {
        let scene = try await Scene()
        try await scene.head("/")
        let begun = try await scene.next()
        try await scene.body("half")
        scene.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        await #expect(throws: HTTPError.self) { _ = try await begun.request.body.collect(upTo: 100) }
        #expect(begun.exchange.isEnding)
        try await begun.answer("bad")
        #expect(try await scene.answer() == "bad")
        try await scene.channel.closeFuture.get()
    }

    @Test func `a hub that stops ends waits, answers what it has begun, and closes`() async throws {
        let scene = try await Scene()
        try await scene.head("/")
        try await scene.end()
        let begun = try await scene.next()
        let signal = Signal()
        async let news = Exchange.$current.withValue(begun.exchange) {
            await signal.waits(after: 0, atMost: .seconds(600))
        }
        scene.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(await !news)
        try await begun.answer("nothing new")
        #expect(try await scene.answer() == "nothing new")
        try await scene.channel.closeFuture.get()
    }

    @Test func `an idle connection closes at once when the hub stops`() async throws {
        let scene = try await Scene()
        scene.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        try await scene.channel.closeFuture.get()
    }

    @Test func `the last request of a client is answered, and then the connection ends`() async throws {
        let scene = try await Scene()
        try await scene.head("/", [.connection: "Close"])
        try await scene.end()
        try await scene.next().answer("bye")
        #expect(try await scene.answer() == "bye")
    }

    /// A socket that takes what is written when the test says so.
    private final class SlowSocket: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart

        private var promises: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { promises.append(promise) }
            context.write(data, promise: nil)
        }

        func take() {
            defer { promises = [] }
            for promise in promises { promise.succeed(()) }
        }
    }

    @Test func `a hub that stops does not cut off what the socket has not taken yet`() async throws {
        let scene = try await Scene()
        let channel = scene.channel
        let socket = try await channel.testingEventLoop.executeInContext {
            let socket = SlowSocket()
            try channel.pipeline.syncOperations.addHandler(socket, position: .first)
            return NIOLoopBound(socket, eventLoop: channel.testingEventLoop)
        }
        try await scene.head("/")
        try await scene.end()
        let begun = try await scene.next()
        async let answered: Void = begun.answer("bye")
        #expect(try await scene.answer() == "bye")
        let isOpen = try await channel.testingEventLoop.executeInContext {
            channel.pipeline.syncOperations.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            return channel.isActive
        }
        #expect(isOpen)
        try await channel.testingEventLoop.executeInContext { socket.value.take() }
        try await channel.closeFuture.get()
        try await answered
    }

    @Test func `an answer to nobody fails`() async throws {
        let scene = try await Scene()
        try await scene.head("/")
        try await scene.end()
        let begun = try await scene.next()
        try await scene.channel.close()
        #expect(begun.exchange.isEnding)
        await #expect(throws: ChannelError.self) { try await begun.answer("gone") }
    }

    @Test func `a long answer goes in pieces, and whole`() async throws {
        let scene = try await Scene()
        try await scene.head("/")
        try await scene.end()
        let begun = try await scene.next()
        let piece = String(repeating: "x", count: 50 << 10)
        let response = Response(
            status: .ok,
            body: ResponseBody(contentsOf: (0..<5).map { _ in ByteBuffer(string: piece) })
        )
        async let written: Void = response.body.write(AnswerWriter(response, to: begun.writer))
        #expect(try await scene.answer().count == 5 * piece.count)
        try await written
    }

    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = NIOAny

        private let count: @Sendable () -> Void

        init(_ count: @escaping @Sendable () -> Void) { self.count = count }

        func read(context: ChannelHandlerContext) {
            count()
            context.read()
        }
    }
}
