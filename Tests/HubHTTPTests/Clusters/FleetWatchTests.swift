import AgentProtocol
import Concurrency
import HubAPI
import HubHTTP
import HubStore
import HubTestSupport
import JSON
import Logging
import Postgres
import Testing
import Values

/// The states of clusters with since when, as the hub keeps them and tells of them.
@Suite struct FleetWatchTests {
    /// What the fleet was told of a cluster's states, the oldest first.
    private static func transitions(_ hub: HubTest) async throws -> [String] {
        let connection = try await PostgresConnection.connect(hub.configuration, logger: Logger(label: "t"))
        let rows = try await connection.query(
            "SELECT data FROM events WHERE kind = 'cluster.state' ORDER BY transaction_id, id"
        )
        return try rows.map { row in
            let data: JSONValue = try row.get("data")
            return "\(data["from"]?.stringValue ?? "") → \(data["to"]?.stringValue ?? "")"
        }
    }

    @Test func `every change of a state is kept with its beginning, and told once`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let enrolled = hub.now
            await hub.watchFleet()
            hub.advance(by: .seconds(10))
            await hub.watchFleet()
            #expect(try await caller.cluster("demo").since == enrolled.rfc3339)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.progressing, revision: revision))
            await hub.watchFleet()
            hub.advance(by: .seconds(10))
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            let ready = hub.now
            await hub.watchFleet()
            await hub.watchFleet()
            hub.advance(by: .seconds(60))
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .inSync)
            #expect(cluster.since == ready.rfc3339)
            #expect(
                try await Self.transitions(hub) == [
                    "pending → connected", "connected → progressing", "progressing → inSync",
                ]
            )
        }
    }

    @Test func `a state that comes back begins anew, though the agent's own state never changed`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let first = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.inSync, revision: first))
            await hub.watchFleet()
            hub.advance(by: .seconds(30))
            let second = try await hub.commit(put: [.team("other")])
            let moved = hub.now
            await hub.watchFleet()
            #expect(try await caller.cluster("demo").state == .progressing)
            #expect(try await caller.cluster("demo").since == moved.rfc3339)
            hub.advance(by: .seconds(30))
            #expect(try await agent.report(.inSync, revision: second, sequence: 2))
            await hub.watchFleet()
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .inSync)
            #expect(cluster.since == hub.now.rfc3339)
        }
    }

    @Test func `an agent that falls silent is found without anybody telling, and so is its return`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            await hub.watchFleet()
            let seen = hub.now
            hub.advance(by: .seconds(91))
            await hub.watchFleet()
            var listed = try await caller.get(Route.clusters.path(query: [("state", "lost")]))
                .message(HubAPI.Page<ClusterStatus>.self)
            #expect(listed.items.map(\.since) == [seen.rfc3339])
            try await hub.store.touch([agent.clusterID: hub.now])
            let back = hub.now
            await hub.watchFleet()
            listed = try await caller.get(Route.clusters.path(query: [("state", "connected")]))
                .message(HubAPI.Page<ClusterStatus>.self)
            #expect(listed.items.map(\.since) == [back.rfc3339])
            #expect(
                try await Self.transitions(hub) == ["pending → connected", "connected → lost", "lost → connected"]
            )
        }
    }

    @Test func `a hub that has just started takes nobody for silent`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            await hub.watchFleet()
            hub.advance(by: .seconds(3_600))
            let started = FleetWatch(
                store: hub.store,
                events: hub.events,
                clock: { hub.now },
                logger: Logger(label: "t")
            )
            await started.look()
            #expect(try await Self.transitions(hub) == ["pending → connected"])
            try await hub.serve { replica in
                let state = try await replica.cluster("demo").state
                #expect(state == .connected)
            }
            hub.advance(by: .seconds(90))
            await started.look()
            #expect(try await Self.transitions(hub) == ["pending → connected", "connected → lost"])
        }
    }

    @Test func `of several replicas that look at once one finds each change`() async throws {
        try await HubTest.with { hub, caller in
            for number in 0..<20 { _ = try await TestAgent.enrolled("c\(number)", hub, caller) }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let watch = FleetWatch(
                            store: hub.store,
                            events: hub.events,
                            clock: { hub.now },
                            logger: Logger(label: "t")
                        )
                        while await !watch.look() {}
                    }
                }
            }
            #expect(try await Self.transitions(hub) == Array(repeating: "pending → connected", count: 20))
        }
    }

    @Test func `pauses, revocations and confirmed deletions are states with a beginning`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.inSync, revision: revision))
            await hub.watchFleet()
            hub.advance(by: .seconds(5))
            _ = try await hub.store.holdCluster(named: "demo", reason: "change freeze", by: "alice")
            let paused = hub.now
            await hub.watchFleet()
            hub.advance(by: .seconds(5))
            var cluster = try await caller.cluster("demo")
            #expect(cluster.state == .progressing)
            #expect(cluster.since == paused.rfc3339)
            try await hub.store.revokeCluster(named: "demo")
            let revoked = hub.now
            await hub.watchFleet()
            hub.advance(by: .seconds(5))
            cluster = try await caller.cluster("demo")
            #expect(cluster.state == .revoked)
            #expect(cluster.since == revoked.rfc3339)
            let counts: FleetStatus = try await caller.get(Route.status.path()).message()
            #expect(counts.states == ["revoked": 1])
        }
    }
}
