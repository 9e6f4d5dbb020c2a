package import NIOCore

/// The server's TLS of one connection: ciphertext towards the socket, plaintext towards HTTP.
///
/// Nothing may be written before the handshake is done: a server of HTTP has nothing to say before it was asked.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = IOData
    package typealias OutboundOut = IOData

    /// The most plaintext that one record has (RFC 8446, section 5.1).
    private static let recordBytes = 16_384

    private enum State {
        case handshaking, open
        /// The peer sends nothing more, and may still read.
        case halfClosed
        case closed
    }

    private let tls: TLSServerConnection
    private var state = State.handshaking
    /// Whether something was passed on since the last complete read.
    private var hasRead = false

    /// - Throws: `TLSFailure` when there is no memory.
    package init(_ context: TLSServerContext) throws(TLSFailure) { tls = try TLSServerConnection(context) }

    // MARK: - In

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state == .handshaking || state == .open else { return }
        tls.receive(unwrapInboundIn(data).readableBytesView)
        do throws(TLSFailure) {
            if state == .handshaking {
                let progress = try tls.handshake()
                if progress == .done { state = .open }
                send(context)
                if progress == .ended { close(context: context, mode: .all, promise: nil) }
            }
            try readAll(context)
        } catch {
            fail(error, context)
        }
    }

    private func readAll(_ context: ChannelHandlerContext) throws(TLSFailure) {
        while state == .open {
            let (plaintext, progress) = try readRecord(context)
            if let plaintext {
                hasRead = true
                context.fireChannelRead(wrapInboundOut(plaintext))
            }
            switch progress {
            case .done: continue
            case .needsInput:
                // Whoever makes the protocol answer, and does not read the answers, would have them kept without end.
                guard context.channel.isWritable || !tls.hasOutgoing else {
                    throw TLSFailure("the peer does not read what it asks for")
                }
                return send(context)
            case .ended:
                state = .halfClosed
                context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            }
        }
    }

    /// A buffer that is no longer than what was said: it may be kept for as long as the connection waits.
    private func readRecord(
        _ context: ChannelHandlerContext
    ) throws(TLSFailure) -> (ByteBuffer?, TLSServerConnection.Progress) {
        let result = withUnsafeTemporaryAllocation(byteCount: Self.recordBytes, alignment: 16) { room in
            Result { () throws(TLSFailure) in
                let (count, progress) = try tls.read(room)
                guard count > 0 else { return (nil as ByteBuffer?, progress) }
                var buffer = context.channel.allocator.buffer(capacity: count)
                buffer.writeBytes(UnsafeRawBufferPointer(rebasing: room[..<count]))
                return (buffer, progress)
            }
        }
        return try result.get()
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        guard hasRead else {
            // Nobody else asks for more of a record, or a handshake, that has not come whole yet.
            let readsByItself = (try? context.channel.syncOptions?.getOption(.autoRead)) ?? true
            if !readsByItself { context.read() }
            return
        }
        hasRead = false
        context.fireChannelReadComplete()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        state = .closed
        context.fireChannelInactive()
    }

    // MARK: - Out

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .open || state == .halfClosed, case .byteBuffer(let buffer) = unwrapOutboundIn(data) else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        do throws(TLSFailure) {
            let result = buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(TLSFailure) in try tls.write(sealing: bytes) }
            }
            try result.get()
        } catch {
            promise?.fail(error)
            return fail(error, context)
        }
        context.write(wrapOutboundOut(.byteBuffer(ByteBuffer(bytes: tls.takeOutgoing()))), promise: promise)
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        let isEnd = mode != .input && (state == .open || state == .halfClosed)
        state = .closed
        if isEnd {
            tls.close()
            send(context)
        }
        context.close(mode: mode, promise: promise)
    }

    // MARK: - Both

    /// Sends what the protocol itself has to say, and what it says of a failure.
    private func send(_ context: ChannelHandlerContext) {
        let bytes = tls.takeOutgoing()
        guard !bytes.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
    }

    private func fail(_ error: TLSFailure, _ context: ChannelHandlerContext) {
        state = .closed
        send(context)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
