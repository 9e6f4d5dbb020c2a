import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import HubHTTP

/// Slow requests, in a time that the test moves.
@Suite struct RequestPaceTests {
    private final class Connection {
        let channel: EmbeddedChannel
        let refusals: Recorded
        /// Whether the hub asks for more after each piece.
        var wantsMore = true

        final class Recorded: Sendable {
            let reasons = Mutex<[ConnectionRefusal]>([])
        }

        init() throws {
            let refusals = Recorded()
            self.refusals = refusals
            channel = EmbeddedChannel(
                handler: RequestPace(limits: ConnectionLimits()) { reason in
                    refusals.reasons.withLock { $0.append(reason) }
                }
            )
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        var reasons: [ConnectionRefusal] { refusals.reasons.withLock { $0 } }

        func pass(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

        func head() throws {
            try channel.writeInbound(
                HTTPRequestPart.head(HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/"))
            )
            channel.read()
        }

        func body(_ bytes: Int) throws {
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 0, count: bytes)))
            if wantsMore { channel.read() }
        }

        func end() throws { try channel.writeInbound(HTTPRequestPart.end(nil)) }

        func answer() throws {
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        }
    }

    @Test func `a connection without a head is closed in time`() throws {
        let connection = try Connection()
        connection.pass(14)
        #expect(connection.channel.isActive)
        connection.pass(2)
        #expect(!connection.channel.isActive)
        #expect(connection.reasons == [.head])
    }

    /// Lets the socket's output be closed and its input stay open, which an embedded channel cannot.
    private final class HalfClosable: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .output { promise?.succeed(()) } else { context.close(mode: mode, promise: promise) }
        }
    }

    @Test func `a connection on which nothing is answered any more is closed in time, whatever still comes`() throws {
        let connection = try Connection()
        try connection.channel.pipeline.syncOperations.addHandler(HalfClosable(), position: .first)
        for _ in 0..<2 {
            try connection.head()
            try connection.end()
        }
        try connection.answer()
        connection.channel.close(mode: .output, promise: nil)
        connection.pass(74)
        #expect(connection.channel.isActive)
        try connection.head()
        connection.pass(2)
        #expect(!connection.channel.isActive)
        #expect(connection.reasons == [.idle])
    }

    @Test func `a body that drips is closed, one that flows is not`() throws {
        let slow = try Connection()
        try slow.head()
        for _ in 0..<30 where slow.channel.isActive {
            try slow.body(1)
            slow.pass(1)
        }
        #expect(slow.reasons == [.body])
        let steady = try Connection()
        try steady.head()
        for _ in 0..<60 {
            try steady.body(2_000)
            steady.pass(1)
        }
        try steady.end()
        #expect(steady.reasons.isEmpty)
    }

    @Test func `a hub that does not read blames nobody`() throws {
        let connection = try Connection()
        connection.wantsMore = false
        try connection.head()
        try connection.body(1)
        connection.pass(100)
        #expect(connection.reasons.isEmpty)
    }

    @Test func `a body that flows for ever is closed as well`() throws {
        let endless = try Connection()
        try endless.head()
        for _ in 0..<140 where endless.channel.isActive {
            try endless.body(2_000)
            endless.pass(1)
        }
        #expect(endless.reasons == [.body])
    }

    @Test func `whoever waits for an answer is never closed, and an idle connection is`() throws {
        let connection = try Connection()
        try connection.head()
        try connection.end()
        connection.pass(3_600)
        #expect(connection.channel.isActive)
        try connection.answer()
        connection.pass(74)
        #expect(connection.channel.isActive)
        connection.pass(2)
        #expect(connection.reasons == [.idle])
    }

    @Test func `a head that follows in time keeps the connection`() throws {
        let connection = try Connection()
        for _ in 0..<5 {
            try connection.head()
            try connection.end()
            try connection.answer()
            connection.pass(70)
        }
        #expect(connection.channel.isActive)
        #expect(connection.reasons.isEmpty)
    }
}
