import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

@Suite struct RolloutCommandTests {
    private static let running = RolloutSummary(
        number: 7,
        revision: 9,
        state: "running",
        author: "ann",
        message: "More pods",
        createdAt: "2026-01-02T03:02:05Z",
        wave: 2,
        waveCount: 4,
        phase: "soaking",
        unaffected: 3,
        counts: ["healthy": 2, "waiting": 10]
    )

    @Test("apply says which rollout it started")
    func apply() async throws {
        var result = CommitResult(revision: 9, changed: [], unchanged: 0, created: true)
        result.changed = [DocumentChange(document: DocumentID(kind: .team, name: "demo"), change: .changed)]
        result.rollout = Self.running
        try await withTemporaryFolder(["one.yaml": "kind: Team\nname: demo\nspec: {}\n"]) { folder in
            let hub = FakeHub(["POST /api/v1/commits": [.json(result.json)]])
            let outcome = await otomi("apply", "-f", folder, "-m", "x", hub: hub)
            #expect(
                outcome.output.contains(
                    "Rollout 7: 1 canary, then 10 %, 50 %, 100 % of 12 affected clusters; 3 more run the same as before.\n"
                )
            )
        }
    }

    @Test("list and show say where rollouts stand")
    func show() async {
        let cluster = RolloutCluster(
            cluster: "paris",
            wave: 1,
            state: "healthy",
            from: 8,
            since: "2026-01-02T03:03:05Z"
        )
        let hub = FakeHub([
            "GET /api/v1/rollouts": [.json(Page(items: [Self.running]).json)],
            "GET /api/v1/rollouts/7": [
                .json(RolloutDetail(rollout: Self.running, clusters: Page(items: [cluster])).json)
            ],
        ])
        let list = await otomi("rollout", "list", hub: hub)
        #expect(
            list.output.contains("7        9         running, wave 2 of 4, soaking  10 waiting, 2 healthy  fleet  2m")
        )
        let shown = await otomi("rollout", "show", hub: hub)
        #expect(shown.output.hasPrefix("Rollout 7 of revision 9 to fleet: running, wave 2 of 4, soaking\n"))
        #expect(shown.output.contains("paris    1     healthy  60s    8\n"), "\(shown.output)")
    }

    @Test("a rollback names its clusters, its revision and why")
    func rollback() async {
        let hub = FakeHub([
            "POST /api/v1/rollouts": [.json(Self.running.json)],
            "GET /api/v1/clusters/paris": [.json(FleetGoalTests.cluster("paris", .inSync).json)],
        ])
        let outcome = await otomi("rollback", "--to", "8", "--cluster", "paris", "-m", "9 is bad", hub: hub)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(hub.requests.last?.body == ["revision": 8, "message": "9 is bad", "clusters": ["paris"]])
        #expect(outcome.output.contains("The values stay as they are"))
        #expect(
            await otomi("rollback", "--to", "8", "--cluster", "a", "--group", "g", "-m", "x", hub: hub).status == .usage
        )
    }

    @Test(
        "pause, resume, abort, promote and return steer the latest rollout, or the one that is named",
        arguments: ["pause", "resume", "abort", "promote", "return"]
    )
    func steer(action: String) async {
        let hub = FakeHub([
            "GET /api/v1/rollouts": [.json(Page(items: [Self.running]).json)],
            "POST /api/v1/rollouts/7/action": [.json(Self.running.json)],
        ])
        let outcome = await otomi("rollout", action, hub: hub)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(hub.requests.last?.body == ["action": .string(action)])
        #expect(outcome.output.hasPrefix("Rollout 7 is running, wave 2 of 4, soaking."))
    }

    @Test("the policy is read from a file or named, and a fault in it names its place")
    func policy() async throws {
        let files = ["good.yaml": "waves: [{canary: 2}, {percentage: 100}]\n", "bad.yaml": "waves: [{canary: 0}]\n"]
        try await withTemporaryFolder(files) { folder in
            let strategy = RolloutStrategy(waves: [RolloutWave(.canary(2)), RolloutWave(.percentage(100))])
            let hub = FakeHub(["PUT /api/v1/rollout-policy": [.json(RolloutPolicy(strategy: strategy).json)]])
            let set = await otomi("rollout", "policy", "set", "-f", "\(folder)/good.yaml", hub: hub)
            #expect(set.output == "New revisions go out: 2 canaries, then 100 %.\n", "\(set.error)")
            #expect(hub.requests.last?.body == strategy.json)
            let bad = await otomi("rollout", "policy", "set", "-f", "\(folder)/bad.yaml", hub: hub)
            #expect(bad.status == .invalid)
            #expect(bad.error.contains("/waves/0/canary: must be at least 1"))
            _ = await otomi("rollout", "policy", "set", "--strategy", "at-once", hub: hub)
            #expect(hub.requests.last?.body == ["kind": "atOnce"])
            #expect(hub.requests.count == 2)
        }
    }

    @Test("wait is not over while a rollout has clusters ahead, and stands still when it has halted")
    func wait() throws {
        var fleet = FleetGoalTests.fleet(
            FleetGoalTests.cluster("a", .inSync, desired: 9, applied: 9),
            FleetGoalTests.cluster("b", .inSync, desired: 8, applied: 8)
        )
        fleet.rollouts = [RolloutTurn(number: 7, revision: 9, state: "running", waiting: ["b"])]
        let goal = FleetGoal(clusters: nil, revision: nil)
        #expect(
            try goal.laggards(in: fleet).map(\.description) == ["b: its turn in rollout 7 to revision 9 is to come"]
        )
        #expect(try FleetGoal(clusters: ["a"], revision: nil).laggards(in: fleet).isEmpty)
        fleet.rollouts[0].state = "halted"
        fleet.rollouts[0].reason = "a is not well"
        let held = try FleetGoal(clusters: ["b"], revision: 9).laggards(in: fleet)
        #expect(held.map(\.isHeld) == [true])
        #expect(held.first?.why.contains("rollout 7 is halted: a is not well") == true)
    }

    @Test("after a rollback the later revision is not the one that is waited for")
    func waitAfterRollback() throws {
        let fleet = FleetGoalTests.fleet(FleetGoalTests.cluster("a", .progressing, desired: 8, applied: 9))
        #expect(try FleetGoal(clusters: ["a"], revision: nil).laggards(in: fleet).count == 1)
    }
}
