import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The end of a connection's pipeline: begins its requests, one after the other, each in a task that ends with it.
///
/// An idle connection, and one whose answer is held, has no task: ten thousand agents are that all the time.
final class HubConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Answers a request of a channel by calling the writer.
    typealias Responder = @Sendable (Request, any Channel, Exchange, Writer) async -> Void

    /// How much of the request that is answered, or of the next one, has come.
    private enum Reading {
        /// Nothing of it.
        case nothing
        /// The head; whether a body follows is not known yet.
        case head(HTTPRequest)
        /// A part of its body.
        case body(BodyFeed)
        /// A part of a body that nobody reads.
        case unwanted
        /// All of it; the next one has its turn when this one is answered.
        case whole
    }

    private enum Ending {
        /// The client closes it when it has the answer: one that still sends would lose the answer to a reset.
        case byClient
        case atOnce
    }

    private let responder: Responder
    private var context: ChannelHandlerContext?
    private var reading = Reading.nothing
    private var exchange: Exchange?
    /// What came before its turn.
    private var early: [HTTPRequestPart] = []
    private var isReadHeldBack = false
    /// How many requests with a body there were; what is said of an earlier one comes too late.
    private var bodies = 0
    /// How the connection ends once the request is answered; `nil` when it goes on.
    private var ending: Ending?
    /// How many answers the socket has not taken to their end.
    private var unwritten = 0

    init(responder: @escaping Responder) {
        self.responder = responder
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    // MARK: - Reading

    func read(context: ChannelHandlerContext) {
        isReadHeldBack = !isReadWanted
        if !isReadHeldBack { context.read() }
    }

    private var isReadWanted: Bool {
        switch reading {
        case .nothing, .head, .unwanted: true
        case .body(let feed): feed.isWanted
        // One more read, so that the end of a connection is seen while its answer is held.
        case .whole: early.isEmpty
        }
    }

    private func readOn() {
        guard isReadHeldBack, isReadWanted, let context else { return }
        isReadHeldBack = false
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .whole = reading { early.append(part) } else { take(part) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .head(let head) = reading { beginWithBody(head) }
        context.fireChannelReadComplete()
    }

    private func take(_ part: HTTPRequestPart) {
        switch (part, reading) {
        case (.head(let head), _): reading = .head(head)
        case (.body(let bytes), .head(let head)): beginWithBody(head)?.put(bytes)
        case (.body(let bytes), .body(let feed)): feed.put(bytes)
        case (.end, .head(let head)):
            reading = .whole
            begin(head, RequestBody(buffer: ByteBuffer()))
        case (.end, .body(let feed)):
            reading = .whole
            feed.finish()
        case (.end, .unwanted):
            reading = .whole
            takeNext()
        default: break
        }
    }

    /// Goes on with the next request once this one has come and is answered.
    private func takeNext() {
        guard exchange == nil, case .whole = reading else { return }
        reading = .nothing
        while !early.isEmpty {
            if case .whole = reading { break }
            take(early.removeFirst())
        }
        if case .head(let head) = reading { beginWithBody(head) }
        readOn()
    }

    // MARK: - Answering

    @discardableResult
    private func beginWithBody(_ head: HTTPRequest) -> BodyFeed? {
        guard let context else { return nil }
        let eventLoop = context.eventLoop
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        bodies += 1
        let number = bodies
        let feed = BodyFeed(
            onDemand: { eventLoop.execute { connection.value.bodyIsWanted(number) } },
            onEnd: { eventLoop.execute { connection.value.bodyIsUnwanted(number) } }
        )
        reading = .body(feed)
        begin(head, feed.body)
        return feed
    }

    private func bodyIsWanted(_ number: Int) {
        guard number == bodies, case .body(let feed) = reading else { return }
        feed.wantMore()
        readOn()
    }

    private func bodyIsUnwanted(_ number: Int) {
        guard number == bodies, case .body = reading else { return }
        reading = .unwanted
        readOn()
    }

    private func begin(_ head: HTTPRequest, _ body: RequestBody) {
        guard let context else { return }
        let exchange = Exchange()
        self.exchange = exchange
        if head.headerFields[.connection]?.lowercased() == "close" { ending = ending ?? .byClient }
        let channel = context.channel
        let writer = Writer(connection: NIOLoopBound(self, eventLoop: context.eventLoop), eventLoop: context.eventLoop)
        Task(priority: Self.priority(of: head)) { [responder] in
            await responder(Request(head: head, body: body), channel, exchange, writer)
        }
    }

    /// People and probes go before a fleet that comes back all at once.
    private static func priority(of head: HTTPRequest) -> TaskPriority {
        WorkClass(path: head.path ?? "") == .people ? .high : .medium
    }

    /// Writes parts of the answer, the last of which ends it or not.
    private func write(_ parts: [HTTPResponsePart]) -> EventLoopFuture<Void>? {
        guard let context, exchange != nil, let last = parts.last else { return nil }
        for part in parts.dropLast() { context.write(wrapOutboundOut(part), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(last), promise: written)
        if case .end = last { hasAnswered(written.futureResult) }
        return written.futureResult
    }

    private func hasAnswered(_ written: EventLoopFuture<Void>) {
        exchange = nil
        if case .body(let feed) = reading {
            feed.finish()
            reading = .unwanted
            readOn()
        }
        unwritten += 1
        written.assumeIsolated().whenComplete { _ in
            self.unwritten -= 1
            self.closeIfOver()
        }
        if ending == nil { takeNext() }
    }

    /// Closes the connection that is to end once all that was answered is on its way.
    private func closeIfOver() {
        guard let ending, exchange == nil, unwritten == 0 else { return }
        context?.close(mode: ending == .atOnce ? .all : .output, promise: nil)
    }

    /// The answer cannot be written to its end.
    private func fail() { context?.close(promise: nil) }

    // MARK: - Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: end(.atOnce)
        case ChannelEvent.inputClosed:
            failBody(HTTPError(.badRequest, message: "The body ended early."))
            end(.byClient)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Takes no further request; whoever has hung up, or is told to, does not wait for news.
    private func end(_ ending: Ending) {
        self.ending = ending
        if let exchange { return exchange.end() }
        guard unwritten == 0 else { return }
        context?.close(promise: nil)
    }

    private func failBody(_ error: any Error) {
        guard case .body(let feed) = reading else { return }
        reading = .whole
        feed.fail(error)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else {
            context.close(promise: nil)
            return
        }
        failBody(HTTPError(.badRequest, message: "The body could not be read."))
        ending = .atOnce
        guard exchange == nil else { return }
        reading = .unwanted
        let head = HTTPResponse(status: .badRequest, headerFields: [.connection: "close", .contentLength: "0"])
        let written = context.eventLoop.makePromise(of: Void.self)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    /// The connection is gone.
    private func leave() {
        context = nil
        early = []
        failBody(ChannelError.ioOnClosedChannel)
        reading = .unwanted
        exchange?.end()
        exchange = nil
    }
}

extension HubConnection {
    /// What a request's task writes its answer with.
    struct Writer: Sendable {
        fileprivate let connection: NIOLoopBound<HubConnection>
        fileprivate let eventLoop: any EventLoop

        /// Writes parts of the answer; returns when the socket has taken them.
        ///
        /// - Throws: `ChannelError` when the connection is gone.
        func write(_ parts: [HTTPResponsePart]) async throws {
            try await eventLoop.flatSubmit { [connection, eventLoop] in
                connection.value.write(parts) ?? eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
            }.get()
        }

        /// Writes an answer without a body, soon; to a connection that is gone, nothing.
        func writeBare(_ head: HTTPResponse) {
            eventLoop.execute { [connection] in _ = connection.value.write([.head(head), .end(nil)]) }
        }

        /// Gives the answer up: the connection is closed, since where it ends could not be told any more.
        func fail() {
            eventLoop.execute { [connection] in connection.value.fail() }
        }
    }
}
