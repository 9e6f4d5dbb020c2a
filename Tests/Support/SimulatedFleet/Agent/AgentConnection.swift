import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A connection of one simulated agent to one hub, kept alive from request to request.
struct AgentConnection: Sendable {
    /// Where a hub listens, and how it is spoken to.
    struct Destination: Sendable {
        let address: SocketAddress
        /// What stands in the requests.
        let host: String
        /// `nil` for plain HTTP.
        let tls: NIOSSLContext?
    }

    private let channel: any Channel
    private let host: String
    private let failure: ConnectionFailure

    /// Connects from `source`, an address of the loopback network: each cluster has an address of its own.
    ///
    /// - Throws: `ExchangeFailure.unreachable`.
    static func open(
        to destination: Destination,
        from source: SocketAddress?,
        group: any EventLoopGroup
    ) async throws -> AgentConnection {
        let failure = ConnectionFailure()
        var bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2_048, maximum: 65_536)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls = destination.tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(ExchangeHandler(failure))
                }
            }
        if let source { bootstrap = bootstrap.bind(to: source) }
        do {
            return AgentConnection(
                channel: try await bootstrap.connect(to: destination.address).get(),
                host: destination.host,
                failure: failure
            )
        } catch {
            throw ExchangeFailure.unreachable("\(error)")
        }
    }

    var isOpen: Bool { channel.isActive }

    func close() { channel.close(promise: nil) }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: `ExchangeFailure`; a task that is cancelled loses the connection.
    func send(
        method: HTTPMethod,
        target: String,
        fields: [(name: String, value: String)],
        body: [UInt8]?,
        limit: Int,
        timeout: TimeAmount
    ) async throws -> HubReply {
        var headers = HTTPHeaders([("host", host)])
        for field in fields { headers.add(name: field.name, value: field.value) }
        if let body {
            headers.add(name: "content-type", value: "application/json")
            headers.add(name: "content-length", value: String(body.count))
        }
        let exchange = Exchange(
            head: HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers),
            body: body.map { ByteBuffer(bytes: $0) },
            limit: limit,
            timeout: timeout,
            answer: channel.eventLoop.makePromise(of: HubReply.self)
        )
        return try await withTaskCancellationHandler {
            // A connection that is gone already has no handler any more that could answer.
            let written = channel.eventLoop.makePromise(of: Void.self)
            written.futureResult.whenFailure { [failure] error in
                exchange.answer.fail(ExchangeFailure.unreachable(failure.reason ?? "\(error)"))
            }
            channel.writeAndFlush(exchange, promise: written)
            return try await exchange.answer.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
