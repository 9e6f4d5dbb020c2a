import NIOCore
import NIOPosix

/// A TCP connection that sends what it is told, byte by byte if need be.
struct RawConnection: Sendable {
    private let channel: any Channel
    private let received: AsyncThrowingStream<String, any Error>

    static func open(_ port: Int) async throws -> RawConnection {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: String.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, received: stream)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Sends, and waits for the first bytes of an answer.
    func exchange(_ text: String) async throws -> String {
        try await send(text)
        for try await piece in received { return piece }
        return ""
    }

    /// What comes until the peer closes.
    func readToEnd() async throws -> String {
        var text = ""
        for try await piece in received { text += piece }
        return text
    }

    func close() async throws { try await channel.close() }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncThrowingStream<String, any Error>.Continuation

        init(_ continuation: AsyncThrowingStream<String, any Error>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(String(buffer: unwrapInboundIn(data)))
        }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            continuation.finish()
            context.close(promise: nil)
        }
    }
}
