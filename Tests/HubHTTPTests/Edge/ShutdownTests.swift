import Concurrency
import HubAPI
import HubHTTP
import HubTestSupport
import Hummingbird
import Logging
import ServiceLifecycle
import Testing

@Suite struct ShutdownTests {
    @Test func `a hub that stops ends every wait at once`() async throws {
        try await HubTest.with { hub, _ in
            let (ports, announce) = AsyncStream.makeStream(of: Int.self)
            let server = hub.application.server(on: .hostname("127.0.0.1", port: 0)) { announce.yield($0 ?? 0) }
            let group = ServiceGroup(
                services: [server],
                logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            try await withDeadline(.seconds(60)) {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    let port = try #require(await ports.first { _ in true })
                    let connection = try await RawConnection.open(port)
                    let fields = "Host: hub\r\nAuthorization: Bearer \(HubTest.adminToken)\r\n\r\n"
                    let status = try await connection.exchange("GET \(Route.status.path()) HTTP/1.1\r\n\(fields)")
                    let version = try #require(status.firstMatch(of: /"version":"([^"]+)"/)?.output.1)
                    let path = Route.status.path(query: [("after", String(version)), ("wait", "50")])
                    // The second request has begun when the first is answered.
                    let first = try await connection.exchange(
                        "GET /livez HTTP/1.1\r\n\(fields)GET \(path) HTTP/1.1\r\n\(fields)"
                    )
                    #expect(first.hasPrefix("HTTP/1.1 200 "))
                    await group.triggerGracefulShutdown()
                    let second = try await connection.readToEnd()
                    #expect(second.hasPrefix("HTTP/1.1 304 "), "\(second)")
                    try await tasks.waitForAll()
                }
            }
        }
    }
}
