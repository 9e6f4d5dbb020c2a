import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

/// Commands that look at many clusters at once, and change one.
@Suite struct FleetViewTests {
    private static func cluster(_ name: String, _ state: ClusterState = .inSync, seen: String? = nil) -> ClusterStatus {
        ClusterStatus(
            name: name,
            id: name,
            provider: "aws",
            region: "eu-1",
            labels: ["env": "prod"],
            owner: "ann",
            state: state,
            reason: state == .inSync ? nil : "why",
            since: "2026-01-02T03:00:05Z",
            desiredRevision: 5,
            appliedRevision: 5,
            appliedGeneration: 7,
            lastSeen: seen,
            versions: ["agent": "1.0", "kubernetes": "1.30"]
        )
    }

    @Test("a list asks the hub for what it is to show, and wide shows more")
    func list() async {
        let hub = FakeHub(["GET /api/v1/clusters": [.json(["items": [Self.cluster("eu", .degraded).json]])]])
        let arguments = [
            "cluster", "list", "--state", "out-of-sync,degraded", "-l", "env=prod,region in (a,b)", "--search", "x",
            "--group", "g", "--team", "t", "-o", "wide",
        ]
        let outcome = await otomi(arguments, hub: hub)
        #expect(
            hub.requests.map(\.line) == [
                "GET /api/v1/clusters?search=x&state=outOfSync%2Cdegraded&selector=env%3Dprod%2Cregion%20in%20%28a%2Cb%29"
                    + "&group=g&team=t"
            ]
        )
        #expect(
            outcome.output == """
                NAME  STATE     SINCE  PROVIDER  REGION  REVISION  GENERATION  SEEN  KUBERNETES  AGENT  OWNER  LABELS    WHY
                eu    degraded  4m     aws       eu-1    5         7           -     1.30        1.0    ann    env=prod  why

                """
        )
        #expect(await otomi("cluster", "list", "--state", "well", hub: hub).status == .usage)
        let none = FakeHub(["GET /api/v1/clusters": [.json(["items": []])]])
        #expect(await otomi("cluster", "list", "--search", "x", hub: none).output == "No cluster is like that.\n")
    }

    private static func problem(_ state: ClusterState, _ count: Int, _ cause: String) -> FleetProblem {
        FleetProblem(
            state: state,
            cause: cause,
            count: count,
            since: "2026-01-02T03:00:05Z",
            clusters: (0..<min(count, 5)).map { "c\($0)" },
            reason: "\(cause) (c0)"
        )
    }

    @Test("the status of a large fleet is one screen: counts, then what is wrong by its causes")
    func status() async {
        let fleet = FleetStatus(
            revision: 12,
            version: "1",
            states: ["inSync": 9_984, "lost": 3, "degraded": 13],
            problems: [
                Self.problem(.degraded, 12, "Deployment team-demo/hello: ImagePullBackOff"),
                Self.problem(.lost, 3, "the agent is silent"), Self.problem(.degraded, 1, "Pod x/y: Crash"),
            ],
            clusters: (0..<100).map { Self.cluster("c\($0)") },
            count: 10_000
        )
        let hub = FakeHub(["GET /api/v1/status": [.json(fleet.json)]])
        let outcome = await otomi("status", hub: hub)
        #expect(outcome.status == .success)
        #expect(
            outcome.output == """
                Revision 12, 10000 clusters: 3 lost, 13 degraded, 9984 inSync

                CLUSTERS  STATE     SINCE  WHICH         WHY
                3         lost      4m     c0, c1, c2    the agent is silent
                12        degraded  4m     c0, c1, c2 …  Deployment team-demo/hello: ImagePullBackOff
                1         degraded  4m     c0            Pod x/y: Crash (c0)

                The clusters one by one: otomi cluster list --state lost -o wide

                """
        )
    }

    @Test("a status never shows more causes than fit on a screen")
    func bounded() async {
        let fleet = FleetStatus(
            revision: 1,
            version: "1",
            states: ["degraded": 400],
            problems: (0..<100).map { Self.problem(.degraded, 4, "cause \($0)") },
            clusters: [Self.cluster("a")],
            count: 400
        )
        let outcome = await otomi("status", hub: FakeHub(["GET /api/v1/status": [.json(fleet.json)]]))
        #expect(outcome.output.split(separator: "\n").count < 24)
        #expect(outcome.output.contains("and 85 more causes"))
    }

    @Test("waiting for all asks for those that are not there, and does not end while some were not looked at")
    func wait() async {
        func fleet(_ clusters: [ClusterStatus], count: Int, version: String) -> FakeHub.Answer {
            .json(
                FleetStatus(revision: 5, version: version, states: ["inSync": 9], clusters: clusters, count: count).json
            )
        }
        let hub = FakeHub([
            "GET /api/v1/status": [
                fleet([Self.cluster("a")], count: 3, version: "1"), fleet([], count: 0, version: "2"),
            ],
            "GET /api/v1/clusters": [.json(["items": (0..<30).map { Self.cluster("c\($0)") }.json])],
        ])
        let outcome = await otomi("wait", "--all", hub: hub)
        #expect(outcome.status == .success)
        #expect(outcome.output == "In place on 30 clusters.\n")
        #expect(
            hub.requests.map(\.line) == [
                "GET /api/v1/status?behind=desired&limit=1000",
                "GET /api/v1/status?after=1&wait=25&behind=desired&limit=1000", "GET /api/v1/clusters",
            ]
        )
    }

    private static func edited(_ effects: [ClusterEditResult.Effect]) -> FakeHub.Answer {
        .json(
            ClusterEditResult(cluster: cluster("eu"), version: "v1", isChanged: true, effects: effects).json
        )
    }

    @Test("a change of labels is tried first, and asks for the name where something would be deleted")
    func edit() async {
        let danger = ClusterEditResult.Effect(severity: "danger", text: "Team shop leaves eu.")
        let hub = FakeHub([
            "GET /api/v1/clusters/eu": [.json(Self.cluster("eu").json)],
            "PATCH /api/v1/clusters/eu": [Self.edited([danger])],
        ])
        let arguments = ["cluster", "edit", "eu", "--label", "env=dev", "--remove-label", "tier", "--owner", ""]
        #expect(await otomi(arguments, hub: hub, person: Person(types: "us")).status == .failure)
        #expect(hub.requests.last?.line == "PATCH /api/v1/clusters/eu?dryRun=true")
        let outcome = await otomi(arguments, hub: hub, person: Person(types: "eu"))
        #expect(outcome.status == .success)
        #expect(outcome.output == "Cluster eu is changed.\nTeam shop leaves eu.\n")
        #expect(outcome.error.contains("danger: Team shop leaves eu."))
        #expect(hub.requests.last?.line == "PATCH /api/v1/clusters/eu")
        #expect(hub.requests.last?.body == ["labels": ["env": "dev", "tier": .null], "owner": .null])
        let dry = await otomi(arguments + ["--dry-run"], hub: hub)
        #expect(dry.output.hasPrefix("Cluster eu would be changed."))
        #expect(await otomi("cluster", "edit", "eu", hub: hub).status == .usage)
        #expect(
            await otomi("cluster", "edit", "eu", "--label", "a=b", "--remove-label", "a", hub: hub).status == .usage
        )
    }

    @Test("forgetting a cluster whose agent spoke just now asks for its name")
    func forget() async {
        func hub(seen: String) -> FakeHub {
            FakeHub([
                "GET /api/v1/clusters/eu": [.json(Self.cluster("eu", .lost, seen: seen).json)],
                "DELETE /api/v1/clusters/eu": [.init(status: 204)],
            ])
        }
        let lively = hub(seen: "2026-01-02T03:00:05Z")
        let refused = await otomi("cluster", "forget", "eu", hub: lively, person: Person(types: "y"))
        #expect(refused.status == .failure)
        #expect(refused.error.contains("spoke 4m ago"))
        #expect(!lively.requests.contains { $0.line.hasPrefix("DELETE") })
        #expect(await otomi("cluster", "forget", "eu", hub: lively, person: Person(types: "eu")).status == .success)
        let dead = hub(seen: "2026-01-01T03:00:05Z")
        let outcome = await otomi("cluster", "forget", "eu", hub: dead, person: Person(types: "y"))
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("What runs on it keeps running."))
    }

    @Test("where something runs is told for each cluster, and by answer where there are many")
    func whereabouts() async {
        func entry(_ name: String, _ isPlaced: Bool) -> JSONValue {
            PlacementEntry(
                cluster: name,
                isPlaced: isPlaced,
                reason: isPlaced ? nil : "its placement does not name the cluster",
                scope: "platform",
                state: .inSync
            ).json
        }
        let hub = FakeHub(["GET /api/v1/placements": [.json(["items": [entry("eu", true), entry("us", false)]])]])
        let few = await otomi("team", "where", "demo", hub: hub)
        #expect(hub.requests.map(\.line) == ["GET /api/v1/placements?kind=Team&name=demo&limit=1000"])
        #expect(
            few.output == """
                Team demo runs on 1 of 2 clusters.
                CLUSTER  RUNS  STATE   BY        WHY
                eu       yes   inSync  platform
                us       no    inSync  platform  its placement does not name the cluster

                """
        )
        #expect(await otomi("where", "team", "demo", "-o", "name", hub: hub).output == "eu\n")
        let items = (0..<60).map { entry("c\($0)", $0 < 20) }
        let many = FakeHub(["GET /api/v1/placements": [.json(["items": .array(items)])]])
        let grouped = await otomi("where", "service", "web", "--team", "demo", hub: many)
        #expect(many.requests.map(\.line) == ["GET /api/v1/placements?kind=Service&team=demo&name=web&limit=1000"])
        #expect(
            grouped.output == """
                Service demo/web runs on 20 of 60 clusters.
                CLUSTERS  RUNS  BY        FIRST            WHY
                40        no    platform  c20, c21, c22 …  its placement does not name the cluster
                20        yes   platform  c0, c1, c2 …

                """
        )
        #expect(await otomi("where", "service", "web", hub: many).status == .usage)
        #expect(await otomi("where", "settings", "otomi", hub: many).status == .usage)
    }

    @Test("where something runs now and where it will are told apart")
    func movingAbout() async {
        func entry(_ name: String, _ isRunning: Bool?, _ isPlaced: Bool) -> JSONValue {
            PlacementEntry(
                cluster: name,
                isPlaced: isPlaced,
                isRunning: .some(isRunning),
                scope: "platform",
                state: .progressing
            ).json
        }
        let items: JSONValue = [
            entry("asia", nil, true), entry("eu", true, false), entry("us", false, true), entry("za", false, false),
        ]
        let hub = FakeHub(["GET /api/v1/placements": [.json(["items": items])]])
        #expect(
            await otomi("team", "where", "demo", hub: hub).output == """
                Team demo runs on 1 of 4 clusters.
                CLUSTER  RUNS     STATE        BY        WHY
                asia     unknown  progressing  platform
                eu       leaving  progressing  platform
                us       coming   progressing  platform
                za       no       progressing  platform

                """
        )
    }

    @Test("groups, generations and the values of one document")
    func others() async {
        let group = ClusterGroup(
            name: "prod",
            selector: ["env": "prod"],
            priority: 10,
            count: 2,
            clusters: ["eu", "us"],
            documentCount: 1,
            documents: [DocumentID(kind: .team, scope: .group("prod"), name: "demo")]
        )
        let generation = ClusterGeneration(
            generation: 7,
            revision: 5,
            publishedAt: "2026-01-02T03:00:05Z",
            appliedAt: "2026-01-02T03:00:07Z",
            duration: 2_340,
            readyAt: "2026-01-02T03:00:09Z",
            state: "inSync"
        )
        let hub = FakeHub([
            "GET /api/v1/groups": [.json(["items": [group.json]])], "GET /api/v1/groups/prod": [.json(group.json)],
            "GET /api/v1/clusters/eu/generations": [.json(["items": [generation.json]])],
            "GET /api/v1/clusters/eu/values": [.json(["cluster": "eu", "revision": 5, "values": ["port": 80]])],
        ])
        #expect(
            await otomi("group", "list", hub: hub).output == """
                NAME  PRIORITY  CLUSTERS  DOCUMENTS  SELECTOR
                prod  10        2         1          env=prod

                """
        )
        #expect(await otomi("group", "show", "prod", hub: hub).output.contains("Clusters   2: eu, us\n"))
        #expect(
            await otomi("cluster", "history", "eu", hub: hub).output == """
                GENERATION  REVISION  PUBLISHED  APPLIED AFTER  READY  STATE
                7           5         4m ago     2.3 s          yes    inSync

                """
        )
        let values = await otomi(
            "cluster",
            "values",
            "eu",
            "--kind",
            "services",
            "--team",
            "demo",
            "--name",
            "w",
            hub: hub
        )
        #expect(values.output == "port: 80\n")
        #expect(
            hub.requests.last?.line == "GET /api/v1/clusters/eu/values?kind=Service&team=demo&name=w"
        )
        #expect(await otomi("cluster", "values", "eu", "--kind", "job", hub: hub).status == .usage)
    }
}
