import Concurrency
import HubTLS
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// One connection of the hub: counted, over TLS when there is one, HTTP/1.1, and with a clock running against slow peers.
struct HubChannel: ServerChildChannel {
    /// A connection that is set up.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    private let limits: ConnectionLimits
    private let census: ConnectionCensus
    private let tls: ServerTLS?
    private let onRefusal: @Sendable (ConnectionRefusal) -> Void
    private let responder: HubConnection.Responder

    init(
        limits: ConnectionLimits,
        census: ConnectionCensus,
        tls: ServerTLS?,
        onRefusal: @escaping @Sendable (ConnectionRefusal) -> Void,
        responder: @escaping HubConnection.Responder
    ) {
        self.limits = limits
        self.census = census
        self.tls = tls
        self.onRefusal = onRefusal
        self.responder = responder
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        let refusal = census.admit(address)
        if let refusal {
            onRefusal(refusal)
        } else {
            channel.closeFuture.whenComplete { [census] _ in census.leave(address) }
        }
        return channel.eventLoop.makeCompletedFuture {
            // NIO keeps what it has read into with the connection; a poll's head has some 700 bytes.
            try channel.syncOptions?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1_024))
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
                ConnectionGuard(isAdmitted: refusal == nil, limits: limits, onRefusal: onRefusal)
            )
            if refusal == nil, let tls { try pipeline.addHandler(TLSHandler(tls.context)) }
            try addHTTP(to: pipeline)
            return Value(channel: channel)
        }
    }

    private func addHTTP(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerFieldBytes
        decoding.maxHeaderListSize = limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        // One request has its turn after the other, and is answered with fields that are valid by their type.
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
            withDecoderLimitConfiguration: decoding
        )
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(RequestPace(limits: limits, onRefusal: onRefusal))
        try pipeline.addHandler(HubConnection(responder: responder))
    }

    /// Stays until the connection has ended, so that a hub that stops waits for its answers.
    ///
    /// It keeps as little as a wait can: there is one of these for each connection.
    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                value.channel.closeFuture.whenComplete { _ in continuation.resume() }
            }
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
