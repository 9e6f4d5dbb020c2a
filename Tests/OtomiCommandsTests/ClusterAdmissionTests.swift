import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// Letting agents in, and shutting them out.
@Suite struct ClusterAdmissionTests {
    private static func cluster(candidate: String? = "f1", clone: String? = nil) -> ClusterStatus {
        var cluster = FleetGoalTests.cluster("eu", .pending, desired: 5, applied: nil)
        cluster.agent = ClusterAgent(
            fingerprint: "f0",
            candidate: candidate.map {
                ClusterAgent.Candidate(
                    kind: "enrolment",
                    fingerprint: $0,
                    address: "192.0.2.7",
                    since: "2026-11-27T04:00:00Z",
                    isRejected: false
                )
            },
            clone: clone
        )
        return cluster
    }

    private static func hub(_ cluster: ClusterStatus = cluster()) -> FakeHub {
        let enrolment = ClusterEnrolment(
            name: "eu",
            id: "1",
            token: "t",
            tokenExpiresAt: "soon",
            install: "otomi-agent run"
        )
        return FakeHub([
            "GET /api/v1/clusters/eu": [.json(cluster.json)],
            "POST /api/v1/clusters/eu/approval": [.json(cluster.json)],
            "DELETE /api/v1/clusters/eu/approval": [.json(cluster.json)],
            "POST /api/v1/clusters/eu/revocation": [.json(cluster.json)],
            "DELETE /api/v1/clusters/eu/revocation": [.json(enrolment.json)],
        ])
    }

    @Test("the key that waits is shown, and approved as it was shown")
    func approve() async {
        let hub = Self.hub()
        let outcome = await otomi("cluster", "approve", "eu", hub: hub, person: Person(types: "y"))
        #expect(outcome.status == .success)
        #expect(outcome.error.contains("A new agent at 192.0.2.7 wants to speak for eu with the key f1."))
        #expect(hub.requests.last?.body == ["fingerprint": "f1"])
        #expect(await otomi("cluster", "approve", "eu", hub: Self.hub()).status == .usage)
    }

    @Test("with a fingerprint nothing is asked, and what the hub says of another key is a conflict")
    func fingerprint() async {
        let hub = Self.hub()
        #expect(await otomi("cluster", "approve", "eu", "--fingerprint", "f9", hub: hub).status == .success)
        // It is looked at first: whether it is production.
        #expect(hub.requests.map(\.line) == ["GET /api/v1/clusters/eu", "POST /api/v1/clusters/eu/approval"])
        #expect(hub.requests.last?.body == ["fingerprint": "f9"])
    }

    @Test("an alarm is shown before it is ended")
    func alarm() async {
        let hub = Self.hub(Self.cluster(candidate: nil, clone: "Two agents speak."))
        let outcome = await otomi("cluster", "approve", "eu", hub: hub, person: Person(types: "y"))
        #expect(outcome.error.contains("Two agents speak. Let its agent go on?"))
        #expect(hub.requests.last?.body == [:])
    }

    @Test("a revocation is asked for, and undone by a new token")
    func revoke() async {
        let hub = Self.hub()
        #expect(await otomi("cluster", "revoke", "eu", hub: hub).status == .usage)
        #expect(hub.requests.map(\.line) == ["GET /api/v1/clusters/eu"])
        #expect(await otomi("cluster", "revoke", "eu", "--yes", hub: hub).status == .success)
        let back = await otomi("cluster", "readmit", "eu", hub: hub)
        #expect(back.output.contains("otomi-agent run"))
        #expect(await otomi("cluster", "reject", "eu", hub: hub).status == .success)
        #expect(hub.requests.last?.line == "DELETE /api/v1/clusters/eu/approval")
    }
}
