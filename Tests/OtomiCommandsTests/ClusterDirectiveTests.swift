import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// Pausing, drift modes, and confirming deletions.
@Suite struct ClusterDirectiveTests {
    private static func cluster(
        _ name: String = "eu",
        _ state: ClusterState = .held,
        applied: Int64 = 5,
        hold: ClusterHold? = nil,
        deletions: ClusterDeletions? = nil
    ) -> ClusterStatus {
        var cluster = FleetGoalTests.cluster(name, state, desired: 5, applied: applied)
        cluster.hold = hold
        cluster.pendingDeletions = deletions
        return cluster
    }

    private static func deletions(confirmedBy: String? = nil) -> ClusterDeletions {
        ClusterDeletions(
            generation: 7,
            count: 63,
            digest: "abc",
            reason: "a namespace",
            objects: [["kind": "Namespace", "name": "team-demo"]],
            confirmedBy: confirmedBy
        )
    }

    private static func hub() -> FakeHub {
        FakeHub([
            "GET /api/v1/clusters/eu": [.json(cluster(deletions: deletions()).json)],
            "GET /api/v1/clusters": [
                .json(["items": [cluster(deletions: deletions()).json, cluster("us", .inSync).json]])
            ],
            "POST /api/v1/clusters/eu/confirmation": [.json(cluster(deletions: deletions(confirmedBy: "me")).json)],
        ])
    }

    @Test("what waits is shown, and confirmed as it was shown when its cluster's name is typed")
    func confirm() async {
        let hub = Self.hub()
        let outcome = await otomi("cluster", "confirm", "eu", hub: hub, person: Person(types: "eu"))
        #expect(outcome.status == .success)
        #expect(outcome.error.contains("Cluster eu waits for confirmation of 63 deletions (a namespace):"))
        #expect(outcome.error.contains("Namespace  -          team-demo\nand 62 more\n"))
        #expect(hub.requests.last?.body == ["generation": 7, "digest": "abc"])
        #expect(outcome.output.hasPrefix("Confirmed on cluster eu: 63 deletions (a namespace)."))
    }

    @Test("nothing is confirmed when another name is typed, or nobody can be asked without --yes")
    func unconfirmed() async {
        let hub = Self.hub()
        let mistyped = await otomi("cluster", "confirm", "eu", hub: hub, person: Person(types: "y"))
        #expect(mistyped.status == .failure)
        #expect(await otomi("cluster", "confirm", "eu", hub: hub).status == .usage)
        #expect(!hub.requests.contains { $0.line.hasPrefix("POST") })
        #expect(await otomi("cluster", "confirm", "eu", "--yes", hub: hub).status == .success)
    }

    @Test("with --all every cluster counts that has deletions waiting")
    func confirmAll() async {
        let hub = Self.hub()
        #expect(await otomi("cluster", "confirm", "--all", "--yes", "-o", "name", hub: hub).output == "eu\n")
        #expect(await otomi("cluster", "confirm", hub: hub).status == .usage)
    }

    @Test("deletions that changed meanwhile are exit code 4")
    func outdated() async {
        let hub = FakeHub([
            "GET /api/v1/clusters/eu": [.json(Self.cluster(deletions: Self.deletions()).json)],
            "POST /api/v1/clusters/eu/confirmation": [.problem(Problem(.conflict, detail: "other deletions wait"))],
        ])
        #expect(await otomi("cluster", "confirm", "eu", "--yes", hub: hub).status == .conflict)
    }

    @Test("pausing, resuming and drift modes say what happened")
    func directives() async {
        let hold = ClusterHold(origin: "hub", reason: "why", by: "me", isHonoured: false)
        let hub = FakeHub([
            "PUT /api/v1/clusters/eu/hold": [.json(Self.cluster(hold: hold).json)],
            "DELETE /api/v1/clusters/eu/hold": [.json(Self.cluster().json)],
            "PUT /api/v1/clusters/eu/drift": [.json(Self.cluster().json)],
        ])
        let paused = await otomi("cluster", "pause", "eu", "--reason", "why", hub: hub)
        #expect(paused.output.hasPrefix("Cluster eu is paused once its agent has heard of it."))
        #expect(hub.requests.last?.body == ["reason": "why"])
        #expect(await otomi("cluster", "pause", "eu", hub: hub).status == .usage)
        #expect(await otomi("cluster", "resume", "eu", hub: hub).output.hasPrefix("Cluster eu is resumed."))
        #expect(await otomi("cluster", "drift", "eu", "enforce", hub: hub).status == .success)
        #expect(hub.requests.last?.body == ["mode": "enforce"])
        #expect(await otomi("cluster", "drift", "eu", "sometimes", hub: hub).status == .usage)
    }

    @Test("a cluster that cannot be paused does not keep the others from it")
    func pauseAll() async {
        let hub = FakeHub([
            "GET /api/v1/clusters": [.json(["items": [Self.cluster("gone").json, Self.cluster().json]])],
            "PUT /api/v1/clusters/eu/hold": [.json(Self.cluster().json)],
        ])
        let outcome = await otomi("cluster", "pause", "--all", "--reason", "why", hub: hub)
        #expect(outcome.status == .notFound)
        #expect(outcome.output.contains("Cluster eu is paused"))
        #expect(outcome.error.contains("1 of 2 clusters were not changed\n  gone: "))
    }

    @Test("status, list and show say who pauses a cluster and what waits on it")
    func shown() async {
        let hold = ClusterHold(origin: "hub", reason: "an incident", by: "alice", isHonoured: true)
        var cluster = Self.cluster(hold: hold, deletions: Self.deletions())
        cluster.reason = hold.sentence
        let fleet = FleetGoalTests.fleet(cluster)
        let hub = FakeHub([
            "GET /api/v1/status": [.json(fleet.json)], "GET /api/v1/clusters/eu": [.json(cluster.json)],
            "GET /api/v1/clusters": [.json(["items": [cluster.json]])],
        ])
        let waits = "Waits for confirmation of 63 deletions (a namespace): otomi cluster confirm eu"
        let why = "Paused by alice: an incident; \(waits)\n"
        #expect(await otomi("status", hub: hub).output.hasSuffix(why))
        #expect(await otomi("cluster", "list", hub: hub).output.hasSuffix("eu: " + why))
        let show = await otomi("cluster", "show", "eu", hub: hub).output
        #expect(show.contains("Paused      by alice, honoured by the agent: an incident\nDeletions   \(waits)\n"))
        #expect(show.contains("Drift       enforce\n"))
    }

    @Test("waiting ends with exit code 9 once every laggard is held, and goes on while another is on its way")
    func waiting() async {
        let hold = ClusterHold(origin: "hub", reason: "an incident", by: "alice", isHonoured: true)
        let held = Self.cluster("a", applied: 4, hold: hold)
        let pending = Self.cluster("b", deletions: Self.deletions())
        let onItsWay = FleetGoalTests.cluster("c", .progressing, desired: 5, applied: 4)
        let there = FleetGoalTests.cluster("c", .inSync, desired: 5, applied: 5)
        let hub = FakeHub([
            "GET /api/v1/status": [
                .json(FleetGoalTests.fleet(held, pending, onItsWay, version: "1").json),
                .json(FleetGoalTests.fleet(held, pending, there, version: "2").json),
            ]
        ])
        let outcome = await otomi("wait", "--all", hub: hub)
        #expect(outcome.status == .held)
        #expect(hub.requests.count == 2)
        #expect(outcome.error.contains("a: held, runs revision 4 instead of revision 5: Paused by alice: an incident"))
        #expect(
            outcome.error.contains("b: Waits for confirmation of 63 deletions (a namespace): otomi cluster confirm b")
        )
    }

    @Test("a paused cluster that runs its revision is there, confirmed deletions are waited for")
    func reached() throws {
        let hold = ClusterHold(origin: "cluster", reason: "maintenance", isHonoured: true)
        let goal = FleetGoal(clusters: nil, revision: nil)
        #expect(try goal.laggards(in: FleetGoalTests.fleet(Self.cluster(hold: hold))).isEmpty)
        let confirmed = FleetGoalTests.fleet(Self.cluster(deletions: Self.deletions(confirmedBy: "me")))
        #expect(try goal.laggards(in: confirmed).map(\.isHeld) == [false])
    }
}
