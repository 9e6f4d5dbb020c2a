import Concurrency
import AgentProtocol
import Bundles
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Postgres
import Testing
import Values

@Suite struct RolloutRoutesTests {
    private static func commit(_ pods: String, _ caller: HubCaller) async throws -> HubAPI.CommitResult {
        let team = Document.team("demo", spec: ["resourceQuota": ["pods": .string(pods)]])
        return try await caller.post(
            Route.commits.path(),
            CommitRequest(message: "quota \(pods)", put: [team])
        ).message()
    }

    private static func gate(_ caller: HubCaller, _ strategy: RolloutStrategy = .standard) async throws {
        let answer = try await caller.send(.put, Route.rolloutPolicy.path(), body: strategy.json.serialized())
        #expect(try answer.message(RolloutPolicy.self).strategy == strategy)
    }

    private static func steer(_ number: Int64, _ action: String, _ caller: HubCaller) async throws -> HubAnswer {
        try await caller.post(Route.rolloutAction.path(String(number)), RolloutSteering(action: action))
    }

    private static func show(_ number: Int64, _ caller: HubCaller) async throws -> RolloutDetail {
        try await caller.get(Route.rollout.path(String(number))).message()
    }

    /// The agent says that it runs what is out for its cluster.
    private static func report(
        _ agent: TestAgent,
        _ name: String,
        _ state: Report.State,
        sequence: Int64
    ) async throws {
        let cluster = try await agent.hub.store.cluster(named: name)
        let trouble = ObjectReport(
            group: "apps",
            kind: "Deployment",
            namespace: "team-demo",
            name: "web",
            reason: "ImagePullBackOff",
            message: "no such image"
        )
        let report = Report(
            bootID: "boot",
            sequence: sequence,
            generation: cluster.generation,
            revision: cluster.publishedRevision ?? 0,
            state: state,
            notReady: state == .degraded ? [trouble] : [],
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: agent.hub.now.milliseconds
        )
        #expect(try await agent.send(.report, report).message(ReportResponse.self).accepted)
    }

    /// Everything that an agent of the cluster could fetch: its metadata, and the digests of its layers.
    private static func published(_ name: String, _ hub: HubTest) async throws -> [String: [UInt8]] {
        let id = try await hub.store.cluster(named: name).id
        return try await hub.store.pool.withConnection { connection in
            var files: [String: [UInt8]] = [:]
            for row in try connection.query("SELECT file, bytes FROM cluster_metadata WHERE cluster_id = \(id)") {
                files[try row.get("file")] = try row.get("bytes")
            }
            for row in try connection.query(
                """
                SELECT l.digest, l.bytes FROM layers l JOIN bundle_layers b USING (digest) WHERE b.cluster_id = \(id)
                """
            ) {
                files[Digest(bytes: try row.get("digest"))?.hex ?? ""] = try row.get("bytes")
            }
            return files
        }
    }

    @Test func `a canary that turns unhealthy stops it and says why, and the others are byte for byte as before`()
        async throws
    {
        try await HubTest.with { hub, caller in
            let names = ["a", "b", "c"]
            var agents: [String: TestAgent] = [:]
            for name in names { agents[name] = try await TestAgent.enrolled(name, hub, caller) }
            _ = try await Self.commit("10", caller)
            try await hub.publish()
            for name in names { try await Self.report(try #require(agents[name]), name, .inSync, sequence: 1) }
            try await Self.gate(caller)
            let before = [try await Self.published("b", hub), try await Self.published("c", hub)]

            let result = try await Self.commit("20", caller)
            let rollout = try #require(result.rollout)
            #expect(rollout.plan == "1 canary, then 10 %, 50 %, 100 % of 3 affected clusters")
            try await hub.publish()
            var canary = try #require(agents["a"])
            #expect(try await canary.refresh().revision == result.revision)
            try await Self.report(canary, "a", .degraded, sequence: 2)
            try await hub.moveRollouts()
            hub.advance(by: .seconds(61))
            try await hub.moveRollouts()
            try await hub.publish()

            let halted = try await Self.show(rollout.number, caller)
            #expect(halted.rollout.state == "halted")
            #expect(halted.rollout.reason?.contains("Deployment team-demo/web ImagePullBackOff no such image") == true)
            #expect(halted.clusters.items.map(\.state) == ["failed", "waiting", "waiting"])
            #expect(try await [Self.published("b", hub), Self.published("c", hub)] == before)
            let status: FleetStatus = try await caller.get(Route.status.path()).message()
            #expect(status.rollouts.map(\.waiting) == [["b", "c"]])
            #expect(status.rollouts.first?.waitsForPerson == true)

            // Back to what it ran before, the canary gets a newer bundle of the older revision.
            _ = try await Self.steer(rollout.number, "return", caller).message(RolloutSummary.self)
            try await hub.publish()
            #expect(try await canary.refresh().revision == result.revision - 1)
            try await Self.report(canary, "a", .inSync, sequence: 3)
            try await hub.moveRollouts()
            #expect(try await Self.show(rollout.number, caller).rollout.state == "returned")
        }
    }

    @Test func `a rollback of one cluster is a rollout of its own`() async throws {
        try await HubTest.with { hub, caller in
            for name in ["a", "b"] { _ = try await TestAgent.enrolled(name, hub, caller) }
            let first = try await Self.commit("10", caller).revision
            _ = try await Self.commit("20", caller)
            let request = RolloutRequest(revision: first, message: "20 is too many", clusters: ["b"], strategy: .atOnce)
            let rollout: RolloutSummary = try await caller.post(Route.rollouts.path(), request).message()
            #expect(rollout.state == "completed")
            #expect(rollout.scope == ["clusters": ["b"]])
            #expect(try await caller.cluster("b").desiredRevision == first)
            #expect(try await caller.cluster("a").desiredRevision == first + 1)
            let page: HubAPI.Page<RolloutSummary> = try await caller.get(Route.rollouts.path()).message()
            #expect(page.items.map(\.cause) == ["request", "commit", "commit"])
        }
    }

    @Test func `what cannot be started says why`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("a")
            let revision = try await Self.commit("10", caller).revision
            func start(_ request: RolloutRequest) async throws -> HubAnswer {
                try await caller.post(Route.rollouts.path(), request)
            }
            try await start(RolloutRequest(revision: 99, message: "x")).problem(.notFound)
            try await start(RolloutRequest(revision: revision, message: "x", clusters: ["none"])).problem(.notFound)
            try await start(RolloutRequest(revision: revision, message: "x", group: "none")).problem(.notFound)
            try await start(RolloutRequest(revision: revision, message: " ")).problem(.badRequest)
            try await start(RolloutRequest(revision: revision, message: "x", clusters: ["a"], group: "g"))
                .problem(.badRequest)
            let bad: JSONValue = ["waves": [["canary": 0]]]
            let answer = try await caller.send(.put, Route.rolloutPolicy.path(), body: bad.serialized())
            #expect(try answer.problem(.badRequest).detail.contains("/waves/0/canary"))
        }
    }

    @Test func `it is paused, resumed, promoted and aborted; what its state forbids is a conflict`() async throws {
        try await HubTest.with { hub, caller in
            for name in ["a", "b"] { _ = try await TestAgent.enrolled(name, hub, caller) }
            try await Self.gate(caller)
            let number = try #require(try await Self.commit("10", caller).rollout).number
            #expect(try await Self.steer(number, "pause", caller).message(RolloutSummary.self).state == "paused")
            #expect(try await Self.steer(number, "resume", caller).message(RolloutSummary.self).state == "running")
            let promoted = try await Self.steer(number, "promote", caller).message(RolloutSummary.self)
            #expect(promoted.wave > 1)
            #expect(try await Self.steer(number, "abort", caller).message(RolloutSummary.self).state == "aborted")
            let problem = try await Self.steer(number, "resume", caller).problem(.conflict)
            #expect(problem.detail.contains("rollout \(number) is aborted"))
            try await Self.steer(number, "explode", caller).problem(.badRequest)
            try await Self.steer(99, "pause", caller).problem(.notFound)
            let entries = try await hub.store.auditRecords(AuditFilter(object: "rollout \(number)"))
            #expect(
                entries.filter { $0.action == "steerRollout" }.map(\.detail) == ["abort", "promote", "resume", "pause"]
            )
        }
    }

    @Test func `auditors see rollouts and steer none; teams see theirs in the answer to their commit`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await Self.commit("10", caller)
            let auditor = caller.with(token: try await hub.token("auditor", try #require(.platform(.auditor))))
            #expect(try await auditor.get(Route.rollouts.path()).status == 200)
            #expect(try await auditor.get(Route.rolloutPolicy.path()).status == 200)
            try await Self.steer(1, "pause", auditor).problem(.forbidden)
            let member = caller.with(token: try await hub.token("member", try #require(.team("demo", .teamMember))))
            try await member.get(Route.rollouts.path()).problem(.forbidden)
        }
    }
}
