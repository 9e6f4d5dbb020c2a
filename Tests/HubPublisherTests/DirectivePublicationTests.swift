import Bundles
import HubStore
import JSON
import Postgres
import Testing
import Values

@testable import HubPublisher

/// What operators tell an agent goes out with its bundle.
@Suite struct DirectivePublicationTests {
    private static func report(_ generation: Int64, sequence: Int64, pending: JSONValue? = nil) -> AgentReport {
        var body: JSONValue = ["state": "inSync"]
        body["pendingDeletions"] = pending
        return AgentReport(
            bootID: "boot",
            sequence: sequence,
            generation: generation,
            revision: 1,
            state: "inSync",
            body: body
        )
    }

    /// Two services of the team `a` that want the same address.
    private static let clash = ["one", "two"].map { name in
        Document(
            id: DocumentID(kind: .service, team: "a", name: name),
            spec: [
                "port": 80, "exposure": ["type": "public", "domain": "same.example.com"], "predeployed": "service",
            ]
        )
    }

    @Test func `a pause is a new generation of the same layers, resuming another, and nothing new none`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)

            _ = try await hub.store.holdCluster(named: "one", reason: "an incident", by: "alice")
            #expect(try await hub.publisher.publishOnce() == 1)
            let held = try await agent.refresh(from: hub)
            #expect(held.generation == 2)
            #expect(held.hasSameLayers(as: before))
            #expect(held.directives == Directives(hold: "an incident"))

            _ = try await hub.store.holdCluster(named: "one", reason: "an incident", by: "alice")
            #expect(try await hub.publisher.publishOnce() == 0)

            _ = try await hub.store.resumeCluster(named: "one")
            _ = try await hub.store.setDriftMode(.report, ofCluster: "one")
            #expect(try await hub.publisher.publishOnce() == 1)
            let resumed = try await agent.refresh(from: hub)
            #expect(resumed.generation == 3)
            #expect(resumed.directives == Directives(drift: .report))
        }
    }

    @Test func `metadata that is signed anew keeps the pause`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            _ = try await hub.store.holdCluster(named: "one", reason: "an incident", by: "alice")
            try await hub.publisher.publishOnce()
            hub.advance(by: .seconds(4 * 86_400))
            #expect(try await hub.publisher.renewOnce() == 1)
            let bundle = try await agent.refresh(from: hub)
            #expect(bundle.generation == 2)
            #expect(bundle.directives.hold == "an incident")
        }
    }

    @Test func `a pause reaches a cluster whose values have faults`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            try await hub.commit(put: Self.clash)
            _ = try await hub.store.holdCluster(named: "one", reason: "an incident", by: "alice")
            try await hub.publisher.publishOnce()
            let held = try await agent.refresh(from: hub)
            #expect(held.revision == 1)
            #expect(held.directives.hold == "an incident")
            #expect(hub.publisher.blocked.count == 1)
            try await hub.publisher.publishOnce()
            #expect(try await agent.refresh(from: hub).generation == held.generation)
        }
    }

    @Test func `a pause of a cluster with faults that could not be written is written the next time`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            try await hub.commit(put: Self.clash)
            _ = try await hub.store.holdCluster(named: "one", reason: "an incident", by: "alice")
            try await hub.pool.query(
                """
                CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN RAISE EXCEPTION 'the database is away'; END$$
                """
            )
            try await hub.pool.query(
                "CREATE TRIGGER away BEFORE UPDATE ON clusters FOR EACH ROW EXECUTE FUNCTION away()"
            )
            try await hub.publisher.publishOnce()
            #expect(try await agent.refresh(from: hub).directives.hold == nil)
            try await hub.pool.query("DROP TRIGGER away ON clusters")
            try await hub.publisher.publishOnce()
            #expect(hub.publisher.blocked.count == 1)
            #expect(try await agent.refresh(from: hub).directives.hold == "an incident")
        }
    }

    @Test func `a confirmation goes out, and goes away once the agent has made the deletions`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let digest = Digest(of: [1])
            let pending: JSONValue = ["generation": 1, "count": 63, "digest": digest.json, "reason": "a namespace"]
            _ = try await hub.store.record(Self.report(1, sequence: 1, pending: pending), clusterID: agent.cluster.id)
            let shown = Directives.Confirmation(generation: 1, deletions: digest)
            _ = try await hub.store.confirmDeletions(shown, ofCluster: "one", by: "alice")
            #expect(try await hub.publisher.publishOnce() == 1)
            #expect(try await agent.refresh(from: hub).directives == Directives(confirmation: shown))

            // Said before the confirmation arrived, and while they are being made: nothing is taken back.
            _ = try await hub.store.record(Self.report(1, sequence: 2), clusterID: agent.cluster.id)
            #expect(try await hub.publisher.publishOnce() == 0)
            _ = try await hub.store.record(Self.report(2, sequence: 3, pending: pending), clusterID: agent.cluster.id)
            #expect(try await hub.publisher.publishOnce() == 0)

            _ = try await hub.store.record(Self.report(2, sequence: 4), clusterID: agent.cluster.id)
            #expect(try await hub.publisher.publishOnce() == 1)
            #expect(try await agent.refresh(from: hub).directives == .none)
            #expect(try await hub.publisher.publishOnce() == 0)
        }
    }
}
