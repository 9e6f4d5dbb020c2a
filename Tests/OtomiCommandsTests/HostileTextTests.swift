import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

/// What clusters and tenants wrote reaches the terminal as text that does nothing there.
@Suite struct HostileTextTests {
    /// Clears the screen in two ways, sets the title, and turns the direction of writing.
    private static let hostile = "a\u{1B}[2J\u{9B}2J\u{1B}]0;t\u{7}b\u{7F}\u{202E}c\u{2066}z"
    private static let harmless = "a [2J 2J ]0;t b  c z"

    private static var cluster: ClusterStatus {
        var cluster = FleetGoalTests.cluster("eu", .held, desired: 5, applied: 5, reason: hostile)
        cluster.versions = ["agent": hostile]
        cluster.pendingDeletions = ClusterDeletions(generation: 7, count: 1, digest: "abc", reason: hostile)
        cluster.agent = ClusterAgent(clone: hostile)
        return cluster
    }

    /// Expects the hostile text so many times at least, and nothing that steers a terminal.
    private func expectHarmless(_ outcome: Outcome, count: Int) {
        let text = outcome.output + outcome.error
        #expect(!text.unicodeScalars.contains(where: Self.steersTerminal), "\(text.debugDescription)")
        #expect(text.ranges(of: Self.harmless).count >= count, "\(text)")
    }

    private static func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: scalar.properties.generalCategory == .control
        }
    }

    @Test("of clusters: reasons, versions, deletions and alarms")
    func clusters() async {
        let hub = FakeHub([
            "GET /api/v1/clusters/eu": [.json(Self.cluster.json)],
            "POST /api/v1/clusters/eu/confirmation": [.json(Self.cluster.json)],
        ])
        expectHarmless(await otomi("cluster", "show", "eu", hub: hub), count: 4)
        expectHarmless(await otomi("cluster", "confirm", "eu", "--yes", hub: hub), count: 2)
    }

    @Test("of refusals, as names, and in JSON")
    func forms() async throws {
        let refusal = Problem(.conflict, detail: Self.hostile)
        expectHarmless(await otomi("status", hub: FakeHub(["GET /api/v1/status": [.problem(refusal)]])), count: 1)
        let named = FleetGoalTests.cluster(Self.hostile, .inSync)
        let list = FakeHub(["GET /api/v1/clusters": [.json(["items": [named.json]])]])
        expectHarmless(await otomi("cluster", "list", "-o", "name", hub: list), count: 1)
        let json = await otomi("cluster", "list", "-o", "json", hub: list)
        expectHarmless(json, count: 0)
        #expect(try JSONValue(parsing: json.output)[0]?["name"]?.stringValue == Self.hostile)
    }

    @Test("of revisions: by whom, what for")
    func revisions() async {
        let revision = Revision(
            number: 5,
            author: Self.hostile,
            time: "2026-11-22T12:00:00Z",
            message: "\(Self.hostile)\n\(Self.hostile)",
            changes: []
        )
        let hub = FakeHub([
            "GET /api/v1/revisions/5": [.json(revision.json)],
            "GET /api/v1/revisions/5/diff": [.json(["items": []])],
        ])
        expectHarmless(await otomi("history", "show", "5", hub: hub), count: 3)
    }

    @Test("of rollouts: why, by whom, what for")
    func rollouts() async {
        let rollout = RolloutSummary(
            number: 7,
            revision: 9,
            state: "halted",
            reason: Self.hostile,
            author: Self.hostile,
            message: Self.hostile
        )
        let detail = RolloutDetail(rollout: rollout, clusters: Page(items: []))
        let hub = FakeHub(["GET /api/v1/rollouts/7": [.json(detail.json)]])
        expectHarmless(await otomi("rollout", "show", "7", hub: hub), count: 3)
    }

    @Test("of recoveries: what was found, and what is in the way")
    func recoveries() async {
        let status = RecoveryStatus(isOpen: true, cause: "memory", detail: Self.hostile, latestRevision: 17)
        let cluster = RecoveryCluster(
            name: "tokyo",
            state: "ahead",
            since: "2026-01-02T03:03:25Z",
            lastSeen: "2026-01-02T03:04:02Z",
            stored: .init(generation: 5, timestamp: 9, revision: 17, root: 1, audit: 40),
            seen: .init(generation: 6, timestamp: 9, revision: 17, root: 1, audit: 0),
            obstacle: Self.hostile
        )
        let hub = FakeHub([
            "GET /api/v1/recovery": [.json(status.json)],
            "GET /api/v1/recovery/clusters": [.json(Page(items: [cluster]).json)],
        ])
        expectHarmless(await otomi("recovery", "show", hub: hub), count: 2)
    }

    @Test("of plans: faults, dangers, objects and fields")
    func plans() async {
        let object = PlannedObject(
            .changed,
            apiVersion: "v1",
            kind: "ConfigMap",
            name: Self.hostile,
            layer: "team/demo",
            fields: [JSONDifference(pointer: JSONPointer(["data", "a"]), before: "x\n", after: .string(Self.hostile))]
        )
        let group = PlanGroup(
            clusters: ["eu"],
            counts: Plan.Counts(changed: 1),
            objects: [object],
            dangers: [PlanDanger(kind: "secret", object: Self.hostile, message: "the secret is deleted")],
            faults: [Fault(severity: .warning, message: Self.hostile)]
        )
        let plan = Plan(latest: 7, counts: group.counts, clusters: 1, changedClusters: 1, groups: [group])
        let outcome = await otomi(
            ["plan", "-f", "-"],
            hub: FakeHub(["POST /api/v1/plans": [.json(plan.json)]]),
            person: Person(input: "kind: Team\nname: demo\nspec: {}\n")
        )
        expectHarmless(outcome, count: 4)
    }
}
