import Concurrency
import HubTLS
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// One connection of the hub: counted, over TLS when there is one, HTTP/1.1, and with a clock running against slow peers.
struct HubChannel: HTTPChannelHandler {
    typealias Value = HTTP1Channel.Value

    private let http: HTTP1Channel
    private let limits: ConnectionLimits
    private let census: ConnectionCensus
    private let tls: ServerTLS?
    private let onRefusal: @Sendable (ConnectionRefusal) -> Void

    init(
        limits: ConnectionLimits,
        census: ConnectionCensus,
        tls: ServerTLS?,
        onRefusal: @escaping @Sendable (ConnectionRefusal) -> Void,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.limits = limits
        self.census = census
        self.tls = tls
        self.onRefusal = onRefusal
        http = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [RequestPace(limits: limits, onRefusal: onRefusal)],
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.headerFieldBytes,
                    maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields
                )
            )
        )
    }

    var responder: HTTPChannelHandler.Responder { http.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        let refusal = census.admit(address)
        if let refusal {
            onRefusal(refusal)
        } else {
            channel.closeFuture.whenComplete { [census] _ in census.leave(address) }
        }
        return channel.eventLoop.makeCompletedFuture {
            // NIO keeps what it has read into with the connection: four times as much as was ever read at once.
            try channel.syncOptions?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2_048))
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
                ConnectionGuard(isAdmitted: refusal == nil, limits: limits, onRefusal: onRefusal)
            )
            if refusal == nil, let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls.context)) }
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
