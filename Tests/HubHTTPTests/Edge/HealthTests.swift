import HubTestSupport
import HTTPTypes
import HubAPI
import Testing

@Suite struct HealthTests {
    @Test(arguments: ["/livez", "/readyz"])
    func `an orchestrator needs no token`(path: String) async throws {
        try await HubTest.with { _, caller in
            let answer = try await caller.with(token: nil).get(path)
            #expect(answer.status == 200)
            #expect(answer.text == "ok\n")
        }
    }

    @Test func `without its database a hub lives and is not ready`() async throws {
        try await HubTest.with { hub, caller in
            await hub.loseDatabase()
            #expect(try await caller.get("/livez").status == 200)
            try await caller.get("/readyz").problem(.unavailable)
        }
    }

    @Test func `metrics count requests by route, never by what is in the path`() async throws {
        try await HubTest.with { _, caller in
            _ = try await caller.get(Route.cluster.path("secret-name"))
            _ = try await caller.with(token: nil).get(Route.status.path())
            let answer = try await caller.with(token: nil).get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType]?.hasPrefix("text/plain") == true)
            let lines = answer.text.split(separator: "\n").filter { $0.hasPrefix("otomi_hub_http_requests_total{") }
            #expect(lines.contains { $0.contains("/clusters/") && $0.contains("\"404\"") })
            #expect(lines.contains { $0.contains(Route.status.rawValue) && $0.contains("\"401\"") })
            #expect(!answer.text.contains("secret-name"))
        }
    }
}
