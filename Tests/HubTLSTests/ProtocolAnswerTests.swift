import COpenSSL
import Concurrency
import HubTLS
import NIOCore
import NIOEmbedded
import Testing

/// Peers that make the protocol itself answer, as often as they like.
@Suite struct ProtocolAnswerTests {
    /// OpenSSL's client, whose ciphertext the test carries: NIOSSL's can ask for neither new keys nor a new handshake.
    private final class Client {
        private let context: OpaquePointer
        private let connection: OpaquePointer
        private let incoming: OpaquePointer
        private let outgoing: OpaquePointer

        init(_ version: Int32) throws {
            context = try #require(SSL_CTX_new(TLS_client_method()))
            try #require(SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil) == 1)
            connection = try #require(SSL_new(context))
            incoming = try #require(BIO_new(BIO_s_mem()))
            outgoing = try #require(BIO_new(BIO_s_mem()))
            // The connection owns both from here.
            SSL_set_bio(connection, incoming, outgoing)
            SSL_set_connect_state(connection)
        }

        deinit {
            SSL_free(connection)
            SSL_CTX_free(context)
        }

        func handshake() { SSL_do_handshake(connection) }

        /// RFC 8446, section 4.6.3.
        func askForKeys() throws {
            try #require(SSL_key_update(connection, SSL_KEY_UPDATE_REQUESTED) == 1)
            try #require(SSL_do_handshake(connection) == 1)
        }

        /// RFC 5246, section 7.4.1.2.
        func askForHandshake() throws {
            try #require(SSL_renegotiate(connection) == 1)
            SSL_do_handshake(connection)
        }

        func write(_ text: String) throws {
            try #require(SSL_write(connection, text, Int32(text.utf8.count)) == Int32(text.utf8.count))
        }

        /// What it has to send.
        func take() -> ByteBuffer {
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            let count = BIO_read(outgoing, &bytes, Int32(bytes.count))
            return ByteBuffer(bytes: bytes.prefix(Int(max(count, 0))))
        }

        func receive(_ buffer: ByteBuffer) {
            _ = buffer.withUnsafeReadableBytes { BIO_write(incoming, $0.baseAddress, Int32($0.count)) }
        }

        /// Reads what the server says of the session, and what it answers.
        func read() -> String {
            var bytes = [UInt8](repeating: 0, count: 16 << 10)
            let count = SSL_read(connection, &bytes, Int32(bytes.count))
            return String(decoding: bytes.prefix(Int(max(count, 0))), as: UTF8.self)
        }
    }

    private struct Link {
        let client: Client
        let server = EmbeddedChannel()

        init(_ version: Int32) throws {
            client = try Client(version)
            let certificate = try SelfMadeCertificate(names: ["localhost"], now: .now())
            let tls = try ServerTLS(
                certificatePEM: Array(certificate.certificatePEM.utf8),
                keyPEM: Array(certificate.keyPEM.utf8)
            )
            try server.pipeline.syncOperations.addHandler(TLSHandler(tls.context))
            try server.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 443)).wait()
            for _ in 0..<2 {
                client.handshake()
                try server.writeInbound(client.take())
                try drain()
            }
            client.handshake()
        }

        /// Hands the client what the server has sent; how many bytes that was.
        @discardableResult
        func drain() throws -> Int {
            var count = 0
            while case .byteBuffer(let buffer)? = try server.readOutbound(as: IOData.self) {
                count += buffer.readableBytes
                client.receive(buffer)
            }
            return count
        }
    }

    @Test func `new keys are given to whoever asks for them, and both sides go on`() throws {
        let link = try Link(TLS1_3_VERSION)
        defer { link.server.close(promise: nil) }
        for round in 0..<100 {
            try link.client.askForKeys()
            try link.client.write("question \(round)")
            try link.server.writeInbound(link.client.take())
            var question = try #require(try link.server.readInbound(as: ByteBuffer.self))
            #expect(question.readString(length: question.readableBytes) == "question \(round)")
            link.server.writeAndFlush(IOData.byteBuffer(ByteBuffer(string: "answer \(round)")), promise: nil)
            try link.drain()
            #expect(link.client.read() == "answer \(round)")
        }
    }

    @Test func `who asks for new keys again and again, and does not read them, is cut off`() throws {
        let link = try Link(TLS1_3_VERSION)
        link.server.isWritable = false
        // The answer to a question goes out when the next bytes are read or written.
        try link.client.askForKeys()
        try link.server.writeInbound(link.client.take())
        #expect(link.server.isActive)
        try link.client.askForKeys()
        #expect(throws: TLSFailure.self) { try link.server.writeInbound(link.client.take()) }
        #expect(!link.server.isActive)
    }

    @Test(arguments: [true, false])
    func `a new handshake is refused, and who does not read the refusal is cut off`(reads: Bool) throws {
        let link = try Link(TLS1_2_VERSION)
        defer { if reads { link.server.close(promise: nil) } }
        link.server.isWritable = reads
        try link.client.askForHandshake()
        let request = link.client.take()
        try #require(request.readableBytes > 0)
        if reads {
            try link.server.writeInbound(request)
            #expect(try link.drain() > 0)
        } else {
            #expect(throws: TLSFailure.self) { try link.server.writeInbound(request) }
        }
        #expect(link.server.isActive == reads)
    }
}
