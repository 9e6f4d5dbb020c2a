import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import Testing
import Values

/// Answers that wait are like all others.
@Suite struct AnsweringTests {
    private static func polls(_ metrics: String, status: Int) -> Bool {
        metrics.split(separator: "\n").contains {
            $0.hasPrefix("otomi_hub_http_requests_total{") && $0.contains("/tuf/") && $0.contains("\"\(status)\"")
        }
    }

    @Test func `a held answer is counted once, as what it became, and has every answer's headers`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            async let waiting = agent.timestamp(after: 0, waitSeconds: 30)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let answer = try await waiting
            #expect(answer.status == 200)
            let name = try #require(HTTPField.Name("X-Content-Type-Options"))
            #expect(answer.headers[name] == "nosniff")
            #expect(answer.headers[values: .contentType].count == 1)
            let metrics = try await caller.with(token: nil).get("/metrics").text
            #expect(Self.polls(metrics, status: 200))
            #expect(!Self.polls(metrics, status: 304))
        }
    }

    @Test func `rights that end while an answer is held end it with a problem`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            async let waiting = agent.timestamp(after: 0, waitSeconds: 30)
            try await hub.store.revokeCluster(named: "demo")
            hub.events.bundle(try await hub.store.cluster(named: "demo").id).notify()
            let answer = try await waiting
            try answer.problem(.unauthenticated)
        }
    }
}
