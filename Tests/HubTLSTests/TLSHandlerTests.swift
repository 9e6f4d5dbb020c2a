import Concurrency
import HubTLS
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS
import Testing

/// The hub's side against another library's client, over a wire that the test carries.
@Suite struct TLSHandlerTests {
    /// Two ends, each with its handler, and what stands between them.
    private final class Link {
        let server = EmbeddedChannel()
        let client = EmbeddedChannel()
        /// The ciphertext that the server has sent.
        private(set) var fromServer: [UInt8] = []
        /// In pieces of how many bytes the ciphertext arrives.
        var piece = 1_024

        init(_ change: (inout TLSConfiguration) -> Void = { _ in }) throws {
            let certificate = try SelfMadeCertificate(names: ["localhost"], now: .now())
            let tls = try ServerTLS(
                certificatePEM: Array(certificate.certificatePEM.utf8),
                keyPEM: Array(certificate.keyPEM.utf8)
            )
            var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
            // Agents pin the key; this client is here for the protocol.
            configuration.certificateVerification = .none
            change(&configuration)
            try server.pipeline.syncOperations.addHandler(TLSHandler(tls.context))
            try client.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: "localhost")
            )
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 443)
            try server.connect(to: address).wait()
            client.connect(to: address, promise: nil)
        }

        /// Carries what either has sent to the other until nobody has anything to say.
        func carry() throws {
            var isQuiet = false
            while !isQuiet {
                isQuiet = true
                while let data = try client.readOutbound(as: ByteBuffer.self) {
                    isQuiet = false
                    try deliver(data, to: server)
                }
                while let data = try server.readOutbound(as: IOData.self) {
                    guard case .byteBuffer(let buffer) = data else { continue }
                    isQuiet = false
                    fromServer += Array(buffer.readableBytesView)
                    try deliver(buffer, to: client)
                }
            }
        }

        private func deliver(_ data: ByteBuffer, to channel: EmbeddedChannel) throws {
            var rest = data
            while rest.readableBytes > 0, channel.isActive,
                let next = rest.readSlice(length: min(piece, rest.readableBytes))
            {
                try channel.writeInbound(next)
            }
        }

        func received(by channel: EmbeddedChannel) throws -> [UInt8] {
            var bytes: [UInt8] = []
            while let buffer = try channel.readInbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
            return bytes
        }

        /// The client waits for a while for the answer to its end, which nobody carries any more.
        func end() {
            server.close(promise: nil)
            client.close(promise: nil)
            client.embeddedEventLoop.advanceTime(by: .minutes(1))
        }
    }

    private static func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) } }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13], [1, 1_024, 65_536])
    func `both sides read what the other wrote, in whatever pieces it comes`(version: TLSVersion, piece: Int) throws {
        let link = try Link {
            $0.minimumTLSVersion = version
            $0.maximumTLSVersion = version
        }
        defer { link.end() }
        link.piece = piece
        try link.carry()
        for count in [1, 700, 16_384, 40_000] {
            let sent = Self.text(count)
            link.client.writeAndFlush(ByteBuffer(bytes: sent), promise: nil)
            try link.carry()
            #expect(try link.received(by: link.server) == sent)
            link.server.writeAndFlush(IOData.byteBuffer(ByteBuffer(bytes: sent)), promise: nil)
            try link.carry()
            #expect(try link.received(by: link.client) == sent)
        }
        #expect(!link.fromServer.isEmpty)
    }

    /// Hears which protocol was chosen.
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private(set) var chosen: [String?] = []

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted(let name)? = event as? TLSUserEvent { chosen.append(name) }
        }
    }

    @Test(arguments: [(["h2", "http/1.1"], "http/1.1"), (["h2"], nil), ([], nil)] as [([String], String?)])
    func `HTTP/1.1 is chosen where the client offers it`(offered: [String], chosen: String?) throws {
        let link = try Link { $0.applicationProtocols = offered }
        defer { link.end() }
        let listener = Listener()
        try link.client.pipeline.syncOperations.addHandler(listener)
        try link.carry()
        #expect(listener.chosen == [chosen])
    }

    @Test func `an end that is said is answered, on either side`() throws {
        for isClientFirst in [true, false] {
            let link = try Link()
            defer { link.end() }
            try link.server.pipeline.syncOperations.addHandler(EndListener(closes: true))
            try link.carry()
            (isClientFirst ? link.client : link.server).close(promise: nil)
            try link.carry()
            #expect(!link.server.isActive)
            #expect(!link.client.isActive || !isClientFirst)
        }
    }

    /// Notes that the peer sends nothing more, and closes the connection then where it is to.
    private final class EndListener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let closes: Bool
        private(set) var hasEnded = false

        init(closes: Bool) { self.closes = closes }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed = event else { return }
            hasEnded = true
            if closes { context.close(promise: nil) }
        }
    }

    /// Lets one half of an embedded channel be closed, which closes all of it otherwise.
    private final class HalfClosable: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .output { promise?.succeed(()) } else { context.close(mode: mode, promise: promise) }
        }
    }

    @Test func `who has said its end still gets its answer`() throws {
        let link = try Link()
        defer { link.end() }
        let listener = EndListener(closes: false)
        try link.client.pipeline.syncOperations.addHandler(HalfClosable(), position: .first)
        try link.server.pipeline.syncOperations.addHandler(listener)
        try link.carry()
        link.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
        link.client.close(mode: .output, promise: nil)
        try link.carry()
        #expect(listener.hasEnded)
        link.server.writeAndFlush(IOData.byteBuffer(ByteBuffer(string: "answer")), promise: nil)
        try link.carry()
        #expect(try link.received(by: link.client) == Array("answer".utf8))
    }

    @Test func `who ends the handshake, or sends no more than its begin, keeps nothing growing`() throws {
        let link = try Link()
        defer { link.end() }
        try link.server.writeInbound(try #require(try link.client.readOutbound(as: ByteBuffer.self)))
        // An alert in the clear: close_notify (RFC 8446, section 6.1).
        _ = try? link.server.writeInbound(ByteBuffer(bytes: [21, 3, 3, 0, 2, 1, 0]))
        #expect(!link.server.isActive)
    }

    @Test func `a byte that was changed on the way ends the connection with an alert, and nothing of it is passed on`()
        throws
    {
        let link = try Link()
        defer { link.end() }
        try link.carry()
        link.client.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"), promise: nil)
        var record = try #require(try link.client.readOutbound(as: ByteBuffer.self))
        let last = record.readableBytes - 1
        record.setInteger(try #require(record.getInteger(at: last, as: UInt8.self)) ^ 1, at: last)
        #expect(throws: TLSFailure.self) { try link.server.writeInbound(record) }
        #expect(try link.received(by: link.server).isEmpty)
        #expect(!link.server.isActive)
        #expect(try link.server.readOutbound(as: IOData.self) != nil)
    }

    @Test func `what is no TLS, an old version, and a foreign authority come to no connection`() throws {
        let plain = try Link()
        defer { plain.end() }
        let failure = #expect(throws: TLSFailure.self) {
            try plain.server.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nhost: hub\r\n\r\n"))
        }
        #expect(failure?.description.contains("handshake") == true)
        let old = try Link {
            $0.minimumTLSVersion = .tlsv1
            $0.maximumTLSVersion = .tlsv11
        }
        defer { old.end() }
        #expect(throws: (any Error).self) { try old.carry() }
        let foreign = try Link { $0.certificateVerification = .fullVerification }
        defer { foreign.end() }
        #expect(throws: (any Error).self) { try foreign.carry() }
    }

    @Test func `nothing is written before the handshake, and nothing after the end`() throws {
        let link = try Link()
        defer { link.end() }
        let early = link.server.writeAndFlush(IOData.byteBuffer(ByteBuffer(string: "early")))
        #expect(throws: ChannelError.self) { try early.wait() }
        try link.carry()
        link.server.close(promise: nil)
        let late = link.server.writeAndFlush(IOData.byteBuffer(ByteBuffer(string: "late")))
        #expect(throws: ChannelError.self) { try late.wait() }
    }
}
