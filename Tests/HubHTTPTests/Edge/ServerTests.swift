import HubTestSupport
import HTTPTypes
import HubAPI
import HubHTTP
import Hummingbird
import HummingbirdTesting
import JSON
import Synchronization
import Testing

/// The server on a socket; everything else is tested without one.
@Suite struct ServerTests {
    @Test func `the server says where it listens and takes requests there`() async throws {
        try await HubTest.with { hub, _ in
            let announced = Mutex<Int?>(nil)
            let server = hub.application.server(on: .hostname("127.0.0.1", port: 0)) { port in
                announced.withLock { $0 = port }
            }
            try await server.test(.live) { client in
                #expect(client.port == announced.withLock { $0 })
                let caller = HubCaller(client: client, token: HubTest.adminToken)
                #expect(try await caller.get("/livez").text == "ok\n")
                try await caller.addCluster("demo")
                let answer = try await caller.get(Route.cluster.path("demo"))
                #expect(try answer.message(ClusterStatus.self).state == .pending)
                #expect(answer.headers[.server] == "otomi-hub")
                try await caller.get(Route.cluster.path("other")).problem(.notFound)
                let tooLong = [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
                try await caller.send(.post, Route.clusters.path(), body: tooLong).problem(.tooLarge)
            }
        }
    }
}
