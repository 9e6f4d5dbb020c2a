import FleetTestSupport
import Foundation
import HTTPTransport
import Testing

/// What `otomi-hub serve` is told about how often somebody may ask.
@Suite struct RequestRateTests {
    @Test func `an address may send as many requests as --max-requests-per-address says, in bursts of five times that`()
        async throws
    {
        try await Self.withHub("--max-requests-per-address", "1", "--trusted-proxy", "127.0.0.0/8") { url in
            let client = try HTTPClient()
            func status(of address: String) async throws -> Int {
                let headers: HTTPHeaders = ["X-Forwarded-For": address]
                return try await client.send(HTTPRequest(.get, "\(url)/api/v1/clusters", headers: headers)).status
            }
            // Five at once; one more for each second that this takes.
            var statuses: [Int] = []
            let began = ContinuousClock.now
            while statuses.last != 429, statuses.count < 200 { statuses.append(try await status(of: "198.51.100.1")) }
            let seconds = Int(began.duration(to: .now).components.seconds)
            #expect(statuses.last == 429)
            #expect((5...6 + seconds).contains(statuses.dropLast().count))
            #expect(try await status(of: "198.51.100.2") == 401)
            await client.shutDown()
        }
    }

    @Test func `a number of requests that is none stops the hub with one line`() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = try await Program.run(
            "otomi-hub",
            ["serve", "--data-dir", folder.appending(path: "hub").path, "--max-requests-per-address", "0"],
            in: folder
        )
        #expect(output.status != 0)
        #expect(output.standardError.contains("--max-requests-per-address is a number from 1 to 1000000."))
    }

    private static func folder() throws -> URL {
        let folder = URL(filePath: "/tmp/otomi-rate-\(UUID().uuidString.prefix(8))")
        // The account that PostgreSQL runs as must be able to walk through.
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        return folder
    }

    private static func withHub(_ arguments: String..., body: (_ url: String) async throws -> Void) async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let hub = try Program.start(
            "otomi-hub",
            [
                "serve", "--data-dir", folder.appending(path: "hub").path, "--listen", "127.0.0.1:0", "--log-level",
                "warning",
            ] + arguments,
            log: folder.appending(path: "hub.log")
        )
        let result: Result<Void, any Error>
        do {
            try await body(try await hub.firstLine())
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await hub.stop()
        try result.get()
    }
}
