import Concurrency
import HTTPTransport
import HubAPI
import HubHTTP
import HubTestSupport
import JSON
import Synchronization
import Testing

/// More work than the hub can do.
@Suite struct OverloadTests {
    private static func settings() -> ServerSettings {
        var settings = ServerSettings()
        settings.admission.people = AdmissionLimits.Places(atOnce: 3, inLine: 4)
        settings.admission.patience = .seconds(600)
        return settings
    }

    private static func request(_ port: Int, _ path: String) -> HTTPRequest {
        HTTPRequest(
            .get,
            "http://127.0.0.1:\(port)\(path)",
            headers: ["Authorization": "Bearer \(HubTest.adminToken)"],
            timeout: .seconds(60)
        )
    }

    @Test func `a flood is refused with a time to come again, what was admitted is done, and then all is well`()
        async throws
    {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            try await hub.listen(Self.settings()) { port in
                let client = try HTTPClient(
                    configuration: HTTPClient.Configuration(maximumConcurrentRequestsPerHost: 64)
                )
                let path = Route.clusters.path()
                let admitted = Mutex<[Int]>([])
                try await withDeadline(.seconds(120)) {
                    try await withThrowingTaskGroup(of: Int.self) { group in
                        try await hub.withClustersLocked {
                            // Whatever is asked for a cluster now waits for the database.
                            for _ in 0..<600 {
                                group.addTask { try await client.send(Self.request(port, path)).status }
                            }
                            // Seven have a place or wait for one; everybody else is answered while nothing is done.
                            for _ in 0..<593 {
                                let status = try await group.next()
                                #expect(status == 503)
                            }
                            let refused = try await client.send(Self.request(port, path))
                            #expect(refused.status == 503)
                            #expect(refused.headers["content-type"] == Problem.mediaType)
                            let seconds = refused.headers["retry-after"].flatMap { Int($0) }
                            #expect((1...3).contains(try #require(seconds)))
                            // Probes and metrics are answered all the time.
                            #expect(try await client.send(Self.request(port, "/livez")).status == 200)
                            #expect(try await client.send(Self.request(port, "/readyz")).status == 200)
                            let metrics = try await client.send(Self.request(port, "/metrics"))
                            #expect(
                                String(decoding: metrics.body, as: UTF8.self)
                                    .contains("otomi_hub_http_refused_total{work=\"people\",reason=\"full\"} 594")
                            )
                        }
                        for try await status in group { admitted.withLock { $0.append(status) } }
                    }
                }
                #expect(admitted.withLock { $0 } == Array(repeating: 200, count: 7))
                #expect(try await client.send(Self.request(port, path)).status == 200)
                await client.shutDown()
            }
        }
    }

    @Test func `whoever waits for news keeps nobody from working`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let version = try await caller.get(Route.status.path()).message(FleetStatus.self).version
            try await hub.listen(Self.settings()) { port in
                let client = try HTTPClient(
                    configuration: HTTPClient.Configuration(maximumConcurrentRequestsPerHost: 64)
                )
                let poll = Route.status.path(query: [("after", version), ("wait", "50")])
                try await withDeadline(.seconds(40)) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<20 {
                            group.addTask { _ = try? await client.send(Self.request(port, poll)) }
                        }
                        // Twenty wait where three may work; still everyone gets in.
                        var done = 0
                        while done < 20 {
                            let status = try await client.send(Self.request(port, Route.clusters.path())).status
                            if status == 200 { done += 1 }
                        }
                        group.cancelAll()
                    }
                }
                await client.shutDown()
            }
        }
    }
}
