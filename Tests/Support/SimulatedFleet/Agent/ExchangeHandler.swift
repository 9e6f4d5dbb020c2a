import NIOCore
import NIOHTTP1
import Synchronization

/// One request with everything that it needs, as it is handed to a connection.
struct Exchange: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer?
    /// The longest answer that is taken.
    let limit: Int
    let timeout: TimeAmount
    let answer: EventLoopPromise<HubReply>
}

/// Why a connection came to its end, for whoever uses it afterwards: a handshake fails before anybody asks anything.
final class ConnectionFailure: Sendable {
    private let text = Mutex<String?>(nil)

    var reason: String? { text.withLock { $0 } }

    func note(_ error: any Error) { text.withLock { $0 = $0 ?? "\(error)" } }
}

/// Sends one request after the other over a connection, and gathers the answers.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private let failure: ConnectionFailure
    private var current: Exchange?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    private var timer: Scheduled<Void>?

    init(_ failure: ConnectionFailure) { self.failure = failure }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard current == nil, context.channel.isActive else {
            promise?.fail(ExchangeFailure.unreachable(failure.reason ?? "the connection is not free"))
            return
        }
        current = exchange
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: exchange.timeout) {
            self.end(.failure(ExchangeFailure.unreachable("no answer in time")))
            context.close(promise: nil)
        }
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if let body = exchange.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let bytes):
            body += bytes.readableBytesView
            if let limit = current?.limit, body.count > limit {
                end(.failure(ExchangeFailure.tooLong))
                context.close(promise: nil)
            }
        case .end:
            guard let head else { return }
            let isLast = !head.isKeepAlive
            end(
                .success(
                    HubReply(
                        status: Int(head.status.code),
                        retryAfter: head.headers.first(name: "retry-after").flatMap { Int($0) },
                        contentType: head.headers.first(name: "content-type"),
                        body: body
                    )
                )
            )
            if isLast { context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(ExchangeFailure.unreachable("the connection was closed")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure.note(error)
        end(.failure(ExchangeFailure.unreachable("\(error)")))
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(.failure(ExchangeFailure.unreachable("the connection was closed")))
    }

    private func end(_ result: Result<HubReply, any Error>) {
        timer?.cancel()
        timer = nil
        head = nil
        body = []
        guard let exchange = current else { return }
        current = nil
        exchange.answer.completeWith(result)
    }
}
