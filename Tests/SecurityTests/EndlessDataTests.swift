import AgentProtocol
import Bundles
import ClusterAgent
import Concurrency
import HTTPTransport
import HubAPI
import NIOCore
import Synchronization
import Testing

/// A hub, or somebody in its place, that never stops sending.
@Suite struct EndlessDataTests {
    private static let digest = Digest(of: Array("layer".utf8))

    /// Writes for ever, and counts how much was taken.
    private static func endless(_ taken: Counted) -> @Sendable (String, RawServer.Writer) async throws -> Void {
        { _, writer in
            try await writer.head("Content-Type: application/json", "Transfer-Encoding: chunked")
            let chunk = ByteBuffer(string: "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n")
            while true {
                try await writer.write(chunk)
                taken.bytes.withLock { $0 += 0x4000 }
            }
        }
    }

    private final class Counted: Sendable {
        let bytes = Mutex(0)
        /// Linux itself takes up to some 36 MB for each connection, four of them at most, before anybody has read a byte.
        var isBounded: Bool { bytes.withLock { $0 } < 160 << 20 }
    }

    private static func withAgent(
        _ port: Int,
        _ body: (HTTPHubConnection) async throws -> Void
    ) async throws {
        let http = try HTTPClient()
        let hub = HTTPHubConnection(
            url: "http://127.0.0.1:\(port)",
            identity: AgentIdentity().credentials(bootID: "run"),
            http: http
        )
        let result: Result<Void, any Error>
        do { result = .success(try await body(hub)) } catch { result = .failure(error) }
        await http.shutDown()
        try result.get()
    }

    @Test("15 · an agent takes no more of a layer or of metadata than was announced, and says so")
    func agent() async throws {
        let taken = Counted()
        try await RawServer.with(Self.endless(taken)) { port in
            try await Self.withAgent(port) { hub in
                let layer = await #expect(throws: HubError.self) { try await hub.layer(Self.digest, length: 1_000) }
                #expect(layer?.code == .endlessData)
                let timestamp = await #expect(throws: HubError.self) {
                    try await hub.timestamp()
                }
                #expect(timestamp?.code == .endlessData)
                let root = await #expect(throws: HubError.self) {
                    try await hub.metadata(.root(version: 2), limit: 100_000)
                }
                #expect(root?.code == .endlessData)
            }
        }
        #expect(taken.isBounded)
    }

    @Test("15 · one byte more than was signed is one too many, announced or not")
    func tolerance() async throws {
        for fields in [["Content-Length: 101"], ["Connection: close"]] {
            try await RawServer.with { _, writer in
                try await writer.write("HTTP/1.1 200 OK\r\n\(fields[0])\r\n\r\n" + String(repeating: "x", count: 101))
            } _: { port in
                try await Self.withAgent(port) { hub in
                    let error = await #expect(throws: HubError.self) { try await hub.layer(Self.digest, length: 100) }
                    #expect(error?.code == .endlessData)
                    let whole = try await hub.layer(Self.digest, length: 101)
                    #expect(whole.count == 101)
                }
            }
        }
    }

    @Test("15 · the command stops reading an answer without end")
    func command() async throws {
        let taken = Counted()
        try await RawServer.with(Self.endless(taken)) { port in
            let http = try HTTPClient()
            var hub = try HubClient(url: "http://127.0.0.1:\(port)", token: nil, client: http)
            hub.maximumResponseBytes = 1 << 20
            let client = hub
            let error = await #expect(throws: HubClientError.self) { try await client.status() }
            #expect(error?.message.contains("longer than the 1048576 bytes") == true)
            await http.shutDown()
        }
        #expect(taken.isBounded)
    }
}
