import NIOCore

/// Stands next to the socket: closes what was not admitted, and whoever reads an answer too slowly.
///
/// It sees the bytes as they go on the wire. What NIO still holds of them is compared from window to window.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let isAdmitted: Bool
    private let window: TimeAmount
    private let bytesPerWindow: Int
    private let onRefusal: (ConnectionRefusal) -> Void
    private var written = 0
    private var backlog = 0
    private var check: Scheduled<Void>?

    init(isAdmitted: Bool, limits: ConnectionLimits, onRefusal: @escaping (ConnectionRefusal) -> Void) {
        self.isAdmitted = isAdmitted
        self.onRefusal = onRefusal
        window = TimeAmount(limits.answerWindow)
        bytesPerWindow = limits.answerBytesPerSecond * Int(limits.answerWindow.components.seconds)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if !isAdmitted { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
        guard check == nil else { return }
        backlog = 0
        startWindow(context)
    }

    private func startWindow(_ context: ChannelHandlerContext) {
        check = context.eventLoop.assumeIsolated().scheduleTask(in: window) { self.look(context) }
    }

    /// Judges a window at its end; one that began with nothing held says nothing of the reader.
    private func look(_ context: ChannelHandlerContext) {
        check = nil
        let held = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let read = backlog + written - held
        written = 0
        guard held > 0 else { return }
        guard backlog == 0 || read >= bytesPerWindow else {
            onRefusal(.reader)
            context.close(promise: nil)
            return
        }
        backlog = held
        startWindow(context)
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
