import NIOCore
import NIOPosix

/// A server on a loopback port that writes whatever a script says, whatever it was asked.
enum RawServer {
    typealias Writer = NIOAsyncChannelOutboundWriter<ByteBuffer>
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Runs `body` with the port while each connection gets one run of `script`, which is told the first bytes of the
    /// request.
    static func with<Result: Sendable>(
        _ script: @escaping @Sendable (_ request: String, _ writer: Writer) async throws -> Void,
        _ body: @Sendable (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
        guard let port = server.channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            // Whoever is asked to stop listening breaks off, which is what the tests are for.
                            group.addTask { try? await serve(connection, script) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(port)
        }
    }

    private static func serve(
        _ connection: Connection,
        _ script: @Sendable (String, Writer) async throws -> Void
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            guard let request = try await iterator.next() else { return }
            try await script(String(buffer: request), outbound)
        }
    }
}

extension NIOAsyncChannelOutboundWriter<ByteBuffer> {
    func write(_ text: String) async throws { try await write(ByteBuffer(string: text)) }

    /// The head of an answer.
    func head(_ fields: String...) async throws {
        try await write("HTTP/1.1 200 OK\r\n" + fields.map { "\($0)\r\n" }.joined() + "\r\n")
    }
}
