import AgentProtocol
import Bundles
import ClusterAgent
import Concurrency
import HTTPTransport
import HubHTTP
import HubTestSupport
import NIOCore
import NIOPosix
import Testing

/// A peer that keeps a connection busy with next to nothing.
@Suite struct SlowPeerTests {
    /// A byte at a time, for as long as somebody listens.
    private static let drip: @Sendable (String, RawServer.Writer) async throws -> Void = { _, writer in
        try await writer.head("Content-Length: 100000")
        while true {
            try await writer.write("x")
            // The slowness is the attack; nothing is synchronised by it.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("16 · an agent gives up a layer that comes slower than the minimum rate")
    func agent() async throws {
        #expect(HTTPHubConnection.minimumRate == HTTPRequest.MinimumRate(bytesPerSecond: 1_024, during: .seconds(30)))
        try await RawServer.with(Self.drip) { port in
            let http = try HTTPClient()
            let hub = HTTPHubConnection(
                url: "http://127.0.0.1:\(port)",
                identity: AgentIdentity().credentials(bootID: "run"),
                http: http,
                rate: HTTPRequest.MinimumRate(bytesPerSecond: 1_024, during: .seconds(1))
            )
            let error = await #expect(throws: HubError.self) {
                try await hub.layer(Digest(of: Array("layer".utf8)), length: 100_000)
            }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("too slow") == true)
            #expect(error?.isRetryable == true)
            await http.shutDown()
        }
    }

    @Test("16 · whatever the rate, an answer has a deadline as a whole")
    func deadline() async throws {
        try await RawServer.with(Self.drip) { port in
            let http = try HTTPClient()
            let error = await #expect(throws: HTTPTransportError.self) {
                try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/", timeout: .milliseconds(400)))
            }
            #expect(error?.code == .timeout)
            await http.shutDown()
        }
    }

    @Test(
        "16 · the hub closes connections whose head or body drips, and serves others meanwhile",
        arguments: [
            "GET /livez HTTP/1.1\r\nhost: hub\r\nx: ",
            "POST /agent/v1/report HTTP/1.1\r\nhost: hub\r\ncontent-length: 1000\r\n\r\n",
        ]
    )
    func hub(_ beginning: String) async throws {
        var settings = ServerSettings()
        settings.connections.headTimeout = .seconds(1)
        settings.connections.bodyWindow = .seconds(1)
        try await HubTest.with { [settings] hub, _ in
            try await hub.listen(settings) { port in
                try await withDeadline(.seconds(60)) {
                    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .connect(host: "127.0.0.1", port: port).get()
                    try await channel.writeAndFlush(ByteBuffer(string: beginning))
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            while !Task.isCancelled, channel.isActive {
                                try? await channel.writeAndFlush(ByteBuffer(string: "a"))
                                try? await Task.sleep(for: .milliseconds(50))
                            }
                        }
                        let http = try HTTPClient()
                        let answer = try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/livez"))
                        #expect(answer.status == 200)
                        try await channel.closeFuture.get()
                        let metrics = try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/metrics"))
                        let text = String(decoding: metrics.body, as: UTF8.self)
                        #expect(text.contains("otomi_hub_connections_refused_total{reason=\""))
                        await http.shutDown()
                        group.cancelAll()
                    }
                }
            }
        }
    }

    @Test("16 · the hub closes a connection whose answer nobody reads")
    func reader() async throws {
        var settings = ServerSettings()
        settings.connections.answerWindow = .seconds(1)
        try await HubTest.with { [settings] hub, _ in
            try await hub.listen(settings) { port in
                try await withDeadline(.seconds(60)) {
                    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .channelOption(.autoRead, value: false)
                        .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
                        .connect(host: "127.0.0.1", port: port).get()
                    // As many answers as the kernel's buffers do not hold.
                    let request = "GET /metrics HTTP/1.1\r\nhost: hub\r\n\r\n"
                    let many = ByteBuffer(string: String(repeating: request, count: 500))
                    let http = try HTTPClient()
                    var isClosed = false
                    while !isClosed {
                        channel.writeAndFlush(many, promise: nil)
                        let metrics = try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/metrics"))
                        isClosed = String(decoding: metrics.body, as: UTF8.self).contains("reason=\"reader\"")
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    #expect(isClosed)
                    await http.shutDown()
                    try? await channel.close()
                }
            }
        }
    }
}
