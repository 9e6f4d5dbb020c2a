import AgentProtocol
import Bundles
import ClusterAgent
import Concurrency
import Foundation
import HTTPTransport
import HTTPTypes
import HubAPI
import HubTestSupport
import NIOCore
import Testing

/// A few bytes that would become many.
@Suite struct CompressionBombTests {
    /// 64 MiB of nothing, a thousand times smaller.
    private static func bomb() throws -> [UInt8] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "head -c 67108864 /dev/zero | gzip -9 -n"]
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(bytes)
    }

    private static func serving(
        _ bytes: [UInt8],
        _ body: @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        try await RawServer.with { request, writer in
            // Clients of a hub do not even ask for it.
            #expect(request.lowercased().contains("accept-encoding") == request.hasPrefix("GET /asking"))
            try await writer.head("Content-Encoding: gzip", "Content-Length: \(bytes.count)", "Connection: close")
            try await writer.write(ByteBuffer(bytes: bytes))
        } _: { port in
            try await body(port)
        }
    }

    @Test("17 · nothing that a hub sends is expanded, so a bomb stays as small as it came, and is not what was signed")
    func agent() async throws {
        let bomb = try Self.bomb()
        #expect(bomb.count < 100_000)
        try await Self.serving(bomb) { port in
            let http = try HTTPClient(configuration: HTTPClient.Configuration(acceptsCompression: false))
            let hub = HTTPHubConnection(
                url: "http://127.0.0.1:\(port)",
                identity: AgentIdentity().credentials(bootID: "run"),
                http: http
            )
            let wanted = Digest(of: Array("layer".utf8))
            let bytes = try await hub.layer(wanted, length: bomb.count)
            #expect(bytes == bomb)
            #expect(Digest(of: bytes) != wanted)
            let error = await #expect(throws: HubError.self) {
                try await hub.layer(wanted, length: bomb.count - 1)
            }
            #expect(error?.code == .endlessData)
            await http.shutDown()
        }
    }

    @Test("17 · where compression is asked for, the limit counts what was expanded, while it is expanded")
    func limit() async throws {
        try await Self.serving(try Self.bomb()) { port in
            let http = try HTTPClient()
            let error = await #expect(throws: HTTPTransportError.self) {
                try await http.send(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)/asking", maximumResponseBytes: 256 << 10)
                )
            }
            #expect(error?.code == .tooLarge)
            await http.shutDown()
        }
    }

    @Test("17 · the hub takes a compressed body for what it is: no JSON")
    func hub() async throws {
        let bomb = try Self.bomb()
        try await HubTest.with { _, caller in
            let answer = try await caller.send(
                .post,
                Route.clusters.path(),
                headers: [.contentEncoding: "gzip", .contentType: "application/json"],
                body: bomb
            )
            try answer.problem(.badRequest)
        }
    }
}
