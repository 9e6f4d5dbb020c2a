import NIOCore
import NIOHTTPTypes

/// Closes a connection whose requests do not come: no head in time, a body that drips, nothing at all.
///
/// It sees whole heads only, so a head that comes byte by byte has the time of one that does not come. While the hub
/// itself does not want to read, time does not count.
final class RequestPace: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private struct Body {
        let began: NIODeadline
        var bytesInWindow = 0
        var wasWanted = true
    }

    private let limits: ConnectionLimits
    private let bytesPerWindow: Int
    private let onRefusal: (ConnectionRefusal) -> Void
    private var timer: Scheduled<Void>?
    private var body: Body?
    /// Requests without the end of their answer.
    private var unanswered = 0
    private var isReadWanted = false
    /// Whether nothing is answered any more: all that is left to the peer is to close.
    private var isOutputClosed = false

    init(limits: ConnectionLimits, onRefusal: @escaping (ConnectionRefusal) -> Void) {
        self.limits = limits
        self.onRefusal = onRefusal
        bytesPerWindow = limits.bodyBytesPerSecond * Int(limits.bodyWindow.components.seconds)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expectHead(context, within: limits.headTimeout, .head) }
    }

    func channelActive(context: ChannelHandlerContext) {
        expectHead(context, within: limits.headTimeout, .head)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func read(context: ChannelHandlerContext) {
        isReadWanted = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReadWanted = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOutputClosed else { return context.fireChannelRead(data) }
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            body = Body(began: context.eventLoop.now)
            start(context, limits.bodyWindow) { self.lookAtBody(context) }
        case .body(let bytes): body?.bytesInWindow += bytes.readableBytes
        case .end:
            body = nil
            stop()
            if unanswered == 0 { expectHead(context, within: limits.idleTimeout, .idle) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), !isOutputClosed {
            unanswered -= 1
            if unanswered == 0, body == nil { expectHead(context, within: limits.idleTimeout, .idle) }
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output, !isOutputClosed {
            isOutputClosed = true
            body = nil
            expectHead(context, within: limits.idleTimeout, .idle)
        }
        context.close(mode: mode, promise: promise)
    }

    // MARK: - Timers

    private func expectHead(_ context: ChannelHandlerContext, within time: Duration, _ reason: ConnectionRefusal) {
        start(context, time) { self.close(context, reason) }
    }

    private func lookAtBody(_ context: ChannelHandlerContext) {
        guard var body else { return }
        // The hub may be slow to take it: only windows in which it asked for more say something of the peer.
        if isReadWanted, body.wasWanted, body.bytesInWindow < bytesPerWindow { return close(context, .body) }
        if context.eventLoop.now - body.began >= TimeAmount(limits.bodyTimeout) { return close(context, .body) }
        body.wasWanted = isReadWanted
        body.bytesInWindow = 0
        self.body = body
        start(context, limits.bodyWindow) { self.lookAtBody(context) }
    }

    private func close(_ context: ChannelHandlerContext, _ reason: ConnectionRefusal) {
        onRefusal(reason)
        context.close(promise: nil)
    }

    private func start(_ context: ChannelHandlerContext, _ time: Duration, _ action: @escaping () -> Void) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time), action)
    }

    private func stop() {
        timer?.cancel()
        timer = nil
    }
}
