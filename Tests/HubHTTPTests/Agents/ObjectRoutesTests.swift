import HubTestSupport
import AgentProtocol
import Concurrency
import HubAPI
import HubStore
import JSON
import Logging
import Postgres
import Testing

@Suite struct ObjectRoutesTests {
    private func state(_ name: String, kind: String = "ConfigMap", health: ObjectState.Health = .ready) -> ObjectState {
        ObjectState(
            group: "",
            kind: kind,
            apiVersion: "v1",
            namespace: "demo",
            name: name,
            layer: "team/demo",
            state: .applied,
            health: health
        )
    }

    /// A report whose hashes are those of `states`.
    private func report(_ sequence: Int64, _ states: [ObjectState], boot: String = "boot") -> Report {
        var hashes = [UInt64](repeating: 0, count: BucketHashes.count)
        for state in states { hashes[state.bucket] &+= state.hash(applied: "") }
        return Report(
            bootID: boot,
            sequence: sequence,
            generation: 1,
            revision: 1,
            state: .inSync,
            objects: BucketHashes(hashes),
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: sequence
        )
    }

    private func buckets(_ states: [ObjectState], _ numbers: [Int]) -> [ObjectsReport.Bucket] {
        numbers.map { number in
            let own = states.filter { $0.bucket == number }
            let hash = own.reduce(0 as UInt64) { $0 &+ $1.hash(applied: "") }
            return ObjectsReport.Bucket(number: number, hash: hash, objects: own)
        }
    }

    @Test func `the hub asks for the buckets that differ until it has all, some at a time`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            var states = (0..<600).map { state("object-\($0)") }
            var asked = try await agent.send(.report, report(1, states)).message(ReportResponse.self).buckets
            var rounds = 0
            while !asked.isEmpty {
                #expect(asked.count <= ObjectsReport.maximumBuckets)
                let message = ObjectsReport(bootID: "boot", buckets: buckets(states, asked))
                asked = try await agent.send(.objects, message).message(ReportResponse.self).buckets
                rounds += 1
            }
            #expect(rounds >= 7 && rounds <= 8)
            states[0] = state("object-0", health: .failed)
            let next = report(2, states).delta(since: report(1, []))
            #expect(try await agent.send(.report, next).message(ReportResponse.self).buckets == [states[0].bucket])
            // A delta with the same root says nothing of buckets, and the hub still knows what it misses.
            let same = report(3, states).delta(since: report(2, states))
            #expect(same.objects?.hashes.isEmpty == true)
            #expect(try await agent.send(.report, same).message(ReportResponse.self).buckets == [states[0].bucket])
        }
    }

    @Test func `buckets that a report carries are stored with it, and only the others are asked for`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            func objects() async throws -> [JSONValue] {
                try await hub.store.objects(clusterID: agent.clusterID, ObjectFilter()).items
            }
            var states = (0..<8).map { state("object-\($0)") }
            let (first, before) = (report(1, states), states)
            let asked = try await agent.send(.report, first).message(ReportResponse.self).buckets
            _ = try await agent.send(.objects, ObjectsReport(bootID: "boot", buckets: buckets(states, asked)))
            for index in 0..<3 { states[index] = state("object-\(index)", health: .failed) }
            let second = report(2, states)
            let changed = second.changedBuckets(since: first)
            #expect(changed.count == 3)
            let delta = second.delta(since: first).carrying(buckets(states, Array(changed.dropLast())))
            // A report that is not taken leaves nothing behind.
            let unbased = report(9, states).delta(since: report(8, before)).carrying(buckets(states, changed))
            #expect(try await agent.send(.report, unbased).message(ReportResponse.self).needsFull)
            #expect(try await objects().allSatisfy { $0["health"] == "ready" })
            let answer = try await agent.send(.report, delta).message(ReportResponse.self)
            #expect(answer == ReportResponse(accepted: true, buckets: changed.suffix(1)))
            #expect(try await objects().filter { $0["health"] == "failed" }.count == 2)
            let stored = try await hub.store.cluster(named: "demo").report?.body
            #expect(stored == second.json)
            // One that has changed again since the report was made is not asked for at once.
            let third = report(3, before)
            let late = third.delta(since: second).carrying(buckets(states, third.changedBuckets(since: second)))
            #expect(try await agent.send(.report, late).message(ReportResponse.self) == ReportResponse(accepted: true))
        }
    }

    @Test func `what many agents report at once is stored for each of them, and a bad one harms no other`() async throws
    {
        try await HubTest.with { hub, caller in
            var agents: [TestAgent] = []
            for number in 0..<12 { agents.append(try await TestAgent.enrolled("demo-\(number)", hub, caller)) }
            let connection = try await PostgresConnection.connect(hub.configuration, logger: Logger(label: "test"))
            _ = try await connection.query(
                "ALTER TABLE cluster_reports ADD CHECK (body #>> '{versions,agent}' IS DISTINCT FROM 'bad')"
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, agent) in agents.enumerated() {
                    let states = [state("object-\(number)")]
                    group.addTask {
                        var json = report(1, states).json
                        if number == 7 { json["versions"] = ["agent": "bad", "kubernetes": "1.30"] }
                        let answer = try await agent.send(.report, json)
                        guard number != 7 else { return #expect(answer.status >= 400) }
                        #expect(try answer.message(ReportResponse.self).buckets == [states[0].bucket])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await hub.store.cluster(named: "demo-7").report == nil)
            #expect(try await hub.store.cluster(named: "demo-8").report?.sequence == 1)
        }
    }

    @Test func `objects tell what they were applied with, and whether they still agree`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            func state(_ name: String, differsSince: Int64? = nil, driftedAt: Int64? = nil) -> ObjectState {
                ObjectState(
                    group: "",
                    kind: "ConfigMap",
                    apiVersion: "v1",
                    namespace: "demo",
                    name: name,
                    layer: "team/demo",
                    state: name == "d" ? .pending : .applied,
                    health: .ready,
                    hasDrifted: driftedAt != nil,
                    applied: name == "d" ? nil : "00ff00ff00ff00ff",
                    differsSince: differsSince,
                    driftedAt: driftedAt
                )
            }
            let moment = hub.now
            let states = [
                state("a"), state("b", differsSince: moment.milliseconds), state("c", driftedAt: moment.milliseconds),
                state("d"),
            ]
            let asked = try await agent.send(.report, report(1, states)).message(ReportResponse.self).buckets
            #expect(
                try await agent.send(.objects, ObjectsReport(bootID: "boot", buckets: buckets(states, asked))).status
                    == 200
            )
            let page: HubAPI.Page<ObjectStatus> = try await caller.get(Route.clusterObjectStates.path("demo")).message()
            #expect(page.items.map(\.agrees) == [true, false, true, nil])
            #expect(page.items.map(\.applied) == Array(repeating: "00ff00ff00ff00ff", count: 3) + [nil])
            #expect(page.items[1].differsSince == moment.rfc3339)
            #expect(page.items[2].driftedAt == moment.rfc3339)
            #expect(page.items.allSatisfy { $0.checkedAt == moment.rfc3339 })
            // What changes is told: the bucket of an object that was restored is asked for again.
            let restored = [states[0], state("b", driftedAt: moment.milliseconds), states[2], states[3]]
            let next = try await agent.send(.report, report(2, restored)).message(ReportResponse.self).buckets
            #expect(next == [restored[1].bucket])
        }
    }

    @Test func `objects are listed in pages and by kind, namespace, layer and state`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            _ = try await TestAgent.enrolled("other", hub, caller)
            let states = [state("a"), state("b", health: .failed), state("c", kind: "Secret")]
            let asked = try await agent.send(.report, report(1, states)).message(ReportResponse.self).buckets
            let message = ObjectsReport(bootID: "boot", buckets: buckets(states, asked))
            #expect(try await agent.send(.objects, message).message(ReportResponse.self).accepted)
            func names(_ query: [(name: String, value: String?)], of cluster: String = "demo") async throws -> [String]
            {
                let path = Route.clusterObjectStates.path(cluster, query: query)
                return try await caller.get(path).message(HubAPI.Page<ObjectStatus>.self).items.map(\.name)
            }
            #expect(try await names([]) == ["a", "b", "c"])
            #expect(try await names([("kind", "Secret")]) == ["c"])
            #expect(try await names([("namespace", "none")]) == [])
            #expect(try await names([("layer", "team/demo"), ("state", "notReady")]) == ["b"])
            #expect(try await names([], of: "other") == [])
            let path = Route.clusterObjectStates.path("demo", query: [("limit", "2")])
            let first = try await caller.get(path).message(HubAPI.Page<ObjectStatus>.self)
            #expect(first.items.count == 2)
            #expect(try await names([("after", first.next)]) == ["c"])
            try await caller.get(Route.clusterObjectStates.path("gone")).problem(.notFound)
            try await caller.with(token: nil).get(path).problem(.unauthenticated)
        }
    }

    @Test func `objects of an earlier boot, of no agent, or beyond the bound are not taken`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            _ = try await agent.send(.report, report(1, []))
            let old = ObjectsReport(bootID: "earlier", buckets: buckets([state("a")], [state("a").bucket]))
            let answer = try await agent.send(.objects, old).message(ReportResponse.self)
            #expect(answer == ReportResponse(accepted: false))
            #expect(try await hub.store.objects(clusterID: agent.clusterID, ObjectFilter()).items.isEmpty)
            try await caller.with(token: nil).post("/agent/v1/objects", old).problem(.unauthenticated)
            let many = ObjectsReport(bootID: "boot", buckets: buckets([], Array(0..<33)))
            try await agent.send(.objects, many).problem(.badRequest)
            let body = [UInt8](repeating: UInt8(ascii: " "), count: (512 << 10) + 1)
            try await agent.send(try agent.signed(.objects, body: body)).problem(.tooLarge)
        }
    }
}
