import HubRollouts
import HubStore
import Postgres
import PostgresTestSupport
import Testing
import Values

/// Rollouts in the database: begun with the commit, moved on by whichever replica looks.
@Suite struct StoredRolloutTests {
    @Test func `a commit by the policy moves nobody but the canary and whom it does not concern`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            let result = try await scene.commit("2", on: ["a", "b"])
            let number = try #require(result.rollout)
            #expect(try await scene.desired() == ["a": 1, "b": 1, "c": 1])
            #expect(try await scene.state(number) == .planned)
            try await scene.step()
            #expect(try await scene.desired() == ["a": 2, "b": 1, "c": 2])
            #expect(try await scene.places(number) == ["a": .moved, "b": .waiting])
            #expect(try await scene.store.rollout(number).rollout.unaffected == 1)
        }
    }

    @Test func `a rollout goes through its waves to the end`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c", "d")
            let number = try #require(try await scene.commit("1").rollout)
            for _ in 0..<4 {
                try await scene.step()
                try await scene.settle()
                try await scene.step()
                try await scene.advance(121)
            }
            #expect(try await scene.state(number) == .completed)
            #expect(try await scene.desired() == ["a": 1, "b": 1, "c": 1, "d": 1])
            #expect(try await scene.store.openRollouts() == [])
        }
    }

    @Test func `an unhealthy canary halts it with the reason, and nothing of the other clusters changes`() async throws
    {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            let before = try await scene.store.allClusters().filter { $0.name != "a" }
            let number = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            try await scene.settle("degraded", only: ["a"])
            try await scene.advance(61)
            try await scene.step()
            let rollout = try await scene.store.rollout(number).rollout
            #expect(rollout.state == .halted)
            #expect(rollout.reason == "a is not well with revision 2: Deployment team-demo/web NoImage")
            let after = try await scene.store.allClusters().filter { $0.name != "a" }
            #expect(after.map(\.desiredRevision) == before.map(\.desiredRevision))
            #expect(after.map(\.generation) == before.map(\.generation))
            let entries = try await scene.store.auditRecords(AuditFilter(object: "rollout \(number)"))
            #expect(
                entries.map(\.action) == [
                    "haltRollout", "failRolloutCluster", "moveClusters", "beginRolloutWave", "planRollout",
                ]
            )
            #expect(entries.allSatisfy { $0.actorKind == "hub" })
        }
    }

    @Test func `a new revision supersedes an unfinished rollout, and what failed gets it first`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c", "d")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            try await scene.add("z", labels: ["canary": "true"])
            try await scene.settle()
            let first = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            #expect(try await scene.places(first)["z"] == .moved)
            try await scene.settle()
            try await scene.step()
            try await scene.advance(121)
            try await scene.step()
            #expect(try await scene.places(first).filter { $0.value == .moved }.keys.sorted() == ["a", "b"])
            try await scene.settle("outOfSync", only: ["a"])
            try await scene.advance(61)
            try await scene.step()
            #expect(try await scene.state(first) == .halted)

            let second = try #require(try await scene.commit("3").rollout)
            #expect(try await scene.state(first) == .superseded)
            #expect(try await scene.store.rollout(first).rollout.supersededBy == second)
            try await scene.step()
            #expect(try await scene.places(second).filter { $0.value != .waiting }.keys.sorted() == ["a", "z"])
            #expect(try await scene.desired() == ["a": 3, "b": 2, "c": 1, "d": 1, "z": 3])
        }
    }

    @Test func `an offline cluster is put off and then runs the newest, not what it missed`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "off")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            try await scene.advance(600, silent: ["off"])
            let first = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            #expect(try await scene.places(first)["off"] == .deferred)
            let second = try #require(try await scene.commit("3").rollout)
            for _ in 0..<3 {
                try await scene.step()
                try await scene.settle(only: ["a", "b"])
                try await scene.step()
                try await scene.advance(121, silent: ["off"])
            }
            #expect(try await scene.state(second) == .completed)
            #expect(try await scene.desired() == ["a": 3, "b": 3, "off": 3])
        }
    }

    @Test func `a cluster that is added beside a halted rollout does not get its revision`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a")
            try await scene.commit("1", movement: .atOnce)
            try await scene.commit("2")
            try await scene.add("b")
            #expect(try await scene.desired() == ["a": 1, "b": 1])
        }
    }

    @Test func `a cluster that recovery restrains holds no wave, and its rollout goes on when it is free`() async throws
    {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            try await scene.store.openRecovery(.operator, detail: "test")
            let ids = Dictionary(uniqueKeysWithValues: try await scene.store.allClusters().map { ($0.name, $0.id) })
            try await scene.store.noteHeard(clusterID: try #require(ids["a"]))
            let number = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            let place = try await scene.store.rolloutPlaces(of: number, state: .deferred).items.first
            #expect(place?.cluster == "b")
            #expect(
                place?.reason
                    == "recovery issues nothing to it: its agent was not heard since the database was restored"
            )
            try await scene.settle(only: ["a"])
            try await scene.step()
            #expect(try await scene.state(number) == .completed)
            #expect(try await scene.store.openRollouts() == [number])
            try await scene.store.noteHeard(clusterID: try #require(ids["b"]))
            try await scene.step()
            #expect(try await scene.desired()["b"] == scene.store.rollout(number).rollout.revision)
            #expect(try await scene.store.openRollouts() == [])
        }
    }

    @Test func `what becomes of a cluster is told with its name, and so is the one that halts it`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            try await scene.advance(600, silent: ["c"])
            while try await scene.store.events(after: .beginning).isHeldBack {}
            let start = try await scene.store.events(after: nil).next
            let number = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            try await scene.settle("degraded", only: ["a"])
            try await scene.advance(61, silent: ["c"])
            try await scene.step()
            #expect(try await scene.state(number) == .halted)
            // Whatever else runs on this server holds events back for a moment.
            while try await scene.store.events(after: start).isHeldBack {}
            let told = try await scene.store.events(after: start).events
                .compactMap { event in event.cluster.map { "\(event.kind) \($0)" } }
            #expect(
                told.sorted() == [
                    "rollout.cluster-deferred c", "rollout.cluster-failed a", "rollout.cluster-moved a",
                    "rollout.halted a",
                ]
            )
        }
    }

    @Test func `the end of a recovery gives the rollout of the last revision the number that stands for it`()
        async throws
    {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            let number = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            #expect(try await scene.desired() == ["a": 2, "b": 1])
            try await scene.store.openRecovery(.operator, detail: "test")
            for cluster in try await scene.store.allClusters() {
                try await scene.store.noteHeard(clusterID: cluster.id)
            }
            _ = try await scene.store.finishRecovery(by: "alice")
            let marker = try #require(try await scene.desired()["a"])
            #expect(marker > 1_000)
            // The canary that was under way is well with what it is to run, and no cause to halt.
            try await scene.settle(only: ["a"])
            try await scene.step()
            #expect(try await scene.places(number)["a"] == .healthy)
            try await scene.advance(121)
            try await scene.step()
            #expect(try await scene.desired() == ["a": marker, "b": marker])
        }
    }

    @Test func `one cluster goes back to an earlier revision, and the next commit covers it again`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            for value in ["1", "2"] { try await scene.commit(value, movement: .atOnce) }
            try await scene.settle()
            let back = try await scene.store.beginRollout(
                NewRollout(
                    revision: 1,
                    scope: .clusters(["b"]),
                    strategy: .standard,
                    author: "bob",
                    message: "2 breaks b"
                )
            )
            try await scene.step()
            #expect(try await scene.desired() == ["a": 2, "b": 1])
            try await scene.settle()
            try await scene.step()
            #expect(try await scene.state(back.number) == .completed)
            let next = try #require(try await scene.commit("3").rollout)
            try await scene.step()
            #expect(try await scene.places(next).count == 2)
        }
    }

    @Test func `a rollback of one cluster takes it out of the rollout that runs`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            let fleet = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            let back = try await scene.store.beginRollout(
                NewRollout(revision: 1, scope: .clusters(["a"]), strategy: .atOnce, author: "bob", message: "no")
            )
            try await scene.step()
            #expect(try await scene.desired()["a"] == 1)
            #expect(try await scene.state(back.number) == .completed)
            try await scene.step()
            #expect(try await scene.places(fleet)["a"] == .taken)
            #expect(try await scene.desired()["a"] == 1)
        }
    }

    @Test func `what a rollback has brought back is not moved by the rollout that it left, nor by its return`()
        async throws
    {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            for value in ["1", "2"] { try await scene.commit(value, movement: .atOnce) }
            try await scene.settle()
            let fleet = try #require(try await scene.commit("3").rollout)
            try await scene.step()
            #expect(try await scene.desired() == ["a": 3, "b": 2])
            try await scene.settle("degraded", only: ["a"])
            try await scene.advance(61)
            try await scene.step()
            #expect(try await scene.state(fleet) == .halted)
            _ = try await scene.store.beginRollout(
                NewRollout(
                    revision: 1,
                    scope: .clusters(["a"]),
                    strategy: .atOnce,
                    author: "bob",
                    message: "3 breaks a"
                )
            )
            try await scene.step()
            #expect(try await scene.desired() == ["a": 1, "b": 2])
            _ = try await scene.rollouts.act(.return, on: fleet, by: "bob")
            try await scene.step()
            #expect(try await scene.places(fleet)["a"] == .taken)
            #expect(try await scene.desired() == ["a": 1, "b": 2])
        }
    }

    @Test func `while no agent is heard of, a rollout waits; then it begins with its canary`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c")
            try await scene.commit("1", movement: .atOnce)
            try await scene.settle()
            try await scene.advance(600, silent: ["a", "b", "c"])
            let number = try #require(try await scene.commit("2").rollout)
            try await scene.step()
            #expect(try await scene.state(number) == .running)
            #expect(try await scene.desired() == ["a": 1, "b": 1, "c": 1])
            // They come back one after another.
            try await scene.advance(1, silent: ["b", "c"])
            try await scene.step()
            #expect(try await scene.desired() == ["a": 2, "b": 1, "c": 1])
            #expect(try await scene.places(number) == ["a": .moved, "b": .waiting, "c": .waiting])
            // Who has not come after all is put off.
            try await scene.advance(91, silent: ["c"])
            try await scene.step()
            #expect(try await scene.places(number)["c"] == .deferred)
        }
    }

    @Test func `a move that a later rollout has overtaken is not written`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            for value in ["1", "2"] { try await scene.commit(value, movement: .atOnce) }
            let fleet = try #require(try await scene.commit("3").rollout)
            try await scene.step()
            _ = try await scene.store.beginRollout(
                NewRollout(revision: 1, scope: .clusters(["b"]), strategy: .atOnce, author: "bob", message: "no")
            )
            try await scene.step()
            let id = try #require(try await scene.store.allClusters().first { $0.name == "b" }).id
            // As one whose facts were read before the other was planned.
            try await scene.store.changeRollout(fleet) { rollout, _, _, _ in
                RolloutChange(rollout: rollout, places: [], moves: [id: 3], entries: [], isOpen: true)
            }
            #expect(try await scene.desired()["b"] == 1)
        }
    }

    @Test func `two replicas at once never take a step twice`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b", "c", "d", "e", "f")
            let number = try #require(try await scene.commit("1").rollout)
            let replicas = [scene.rollouts, try await scene.replica(), try await scene.replica()]
            for _ in 0..<4 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for replica in replicas + replicas { group.addTask { try await replica.stepAll() } }
                    try await group.waitForAll()
                }
                try await scene.settle()
                try await scene.step()
                try await scene.advance(121)
            }
            try await scene.step()
            #expect(try await scene.state(number) == .completed)
            let moved = try await scene.store.auditRecords(AuditFilter(object: "rollout \(number)"))
                .filter { $0.action == "moveClusters" }.compactMap(\.detail)
            let names = moved.flatMap { $0.dropFirst("moved ".count).split(separator: ", ") }.sorted()
            #expect(names == ["a", "b", "c", "d", "e", "f"])
        }
    }

    @Test func `a step that was cut off before its end is taken whole by the next who looks`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            let number = try #require(try await scene.commit("1").rollout)
            struct Killed: Error {}
            await #expect(throws: Killed.self) {
                try await scene.store.changeRollout(number) { _, _, _, _ in throw Killed() }
            }
            #expect(try await scene.state(number) == .planned)
            let other = try await scene.replica()
            try await other.stepAll()
            #expect(try await scene.places(number) == ["a": .moved, "b": .waiting])
            #expect(try await scene.desired() == ["a": 1, "b": 0])
        }
    }

    @Test func `while one holds a rollout another passes it by`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            let number = try #require(try await scene.commit("1").rollout)
            let connection = try await PostgresConnection.connect(scene.database.configuration, logger: scene.logger)
            _ = try await connection.query("BEGIN")
            _ = try await connection.query("SELECT number FROM rollouts FOR UPDATE")
            try await scene.step()
            #expect(try await scene.state(number) == .planned)
            _ = try await connection.query("ROLLBACK")
            try await scene.step()
            #expect(try await scene.state(number) == .running)
        }
    }

    @Test func `a policy without gates moves everybody in the commit itself`() async throws {
        try await RolloutScene.with { scene in
            try await scene.add("a", "b")
            try await scene.store.setRolloutPolicy(.atOnce, by: "alice")
            let number = try #require(try await scene.commit("1").rollout)
            #expect(try await scene.desired() == ["a": 1, "b": 1])
            #expect(try await scene.state(number) == .completed)
            #expect(try await scene.store.openRollouts() == [])
        }
    }
}
