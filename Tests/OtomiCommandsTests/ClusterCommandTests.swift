import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct ClusterCommandTests {
    private static let enrolment: JSONValue = [
        "name": "eu", "id": "c-1", "token": "T0KEN", "tokenExpiresAt": "2026-01-02T04:04:05Z",
        "install": "otomi-agent run --hub http://hub.test --token T0KEN --state-dir /var/lib/otomi-agent",
    ]

    @Test("adding a cluster sends what was said and prints name, token and install as JSON")
    func addAsJSON() async throws {
        let hub = FakeHub(["POST /api/v1/clusters": [.json(Self.enrolment)]])
        let outcome = await otomi(
            "cluster",
            "add",
            "eu",
            "--provider",
            "aws",
            "--region",
            "eu-central-1",
            "--label",
            "env=prod",
            "--label",
            "tier=a=b",
            "--domain",
            "eu.example.com",
            "-o",
            "json",
            hub: hub
        )
        #expect(outcome.status == .success)
        let printed = try JSONValue(parsing: outcome.output)
        #expect(printed["name"] == "eu" && printed["token"] == "T0KEN")
        #expect(printed["install"]?.stringValue?.hasPrefix("otomi-agent run") == true)
        #expect(
            hub.requests.first?.body == [
                "name": "eu", "provider": "aws", "region": "eu-central-1", "labels": ["env": "prod", "tier": "a=b"],
                "domain": "eu.example.com",
            ]
        )
    }

    @Test("the form for people shows the next two commands")
    func addForPeople() async {
        let hub = FakeHub([
            "POST /api/v1/clusters": [.json(Self.enrolment)], "POST /api/v1/clusters/eu/token": [.json(Self.enrolment)],
        ])
        for arguments in [["cluster", "add", "eu", "--provider", "aws", "--region", "r"], ["cluster", "token", "eu"]] {
            let outcome = await otomi(arguments, hub: hub)
            #expect(outcome.output.contains("  otomi-agent run --hub http://hub.test --token T0KEN"))
            #expect(outcome.output.contains("  otomi wait --cluster eu"))
        }
    }

    @Test("a name that is taken is exit code 4")
    func taken() async {
        let hub = FakeHub(["POST /api/v1/clusters": [.problem(Problem(.alreadyExists, detail: "cluster eu exists"))]])
        let outcome = await otomi("cluster", "add", "eu", "--provider", "aws", "--region", "r", hub: hub)
        #expect(outcome.status == .conflict)
        #expect(outcome.error == "otomi: cluster eu exists\n")
    }

    @Test("the list is a table, JSON, YAML or names")
    func list() async throws {
        let cluster = ClusterStatus(
            name: "eu",
            id: "c",
            provider: "aws",
            region: "eu-central-1",
            labels: ["env": "prod"],
            state: .progressing,
            desiredRevision: 12,
            appliedRevision: 11,
            lastSeen: "2026-01-02T03:04:00Z"
        )
        let hub = FakeHub(["GET /api/v1/clusters": [.json(["items": [cluster.json]])]])
        let table = await otomi("cluster", "list", hub: hub)
        #expect(
            table.output == """
                NAME  STATE        PROVIDER  REGION        REVISION  SEEN  LABELS
                eu    progressing  aws       eu-central-1  11 → 12   5s    env=prod

                """
        )
        let json = await otomi("clusters", "ls", "-o", "json", hub: hub)
        #expect(try JSONValue(parsing: json.output)[0]?["desiredRevision"] == 12)
        #expect(await otomi("cluster", "list", "-o", "name", hub: hub).output == "eu\n")
        #expect(await otomi("cluster", "list", "-o", "yaml", hub: hub).output.contains("appliedRevision: 11"))
    }

    @Test("one cluster is shown with its layers and what is not ready")
    func show() async throws {
        let cluster = ClusterStatus(
            name: "eu",
            id: "c",
            provider: "aws",
            region: "",
            state: .degraded,
            reason: "one object failed",
            since: "2026-01-02T03:00:05Z",
            desiredRevision: 12,
            appliedRevision: 12,
            generation: 7,
            appliedGeneration: 6,
            versions: ["agent": "0.1.0"],
            layers: [
                LayerStatus(
                    name: "team/demo",
                    digest: "abcdef0123456789",
                    state: "failed",
                    objects: 9,
                    applied: 8,
                    failed: 1,
                    message: "no such kind"
                )
            ],
            notReady: [["kind": "Deployment", "namespace": "team-demo", "name": "hello", "message": "0 of 1 ready"]]
        )
        let hub = FakeHub(["GET /api/v1/clusters/eu": [.json(cluster.json)]])
        let people = await otomi("cluster", "show", "eu", hub: hub)
        #expect(people.output.contains("State       degraded for 4m\nReason      one object failed\n"))
        #expect(people.output.contains("Generation  6 → 7"))
        #expect(people.output.contains("team/demo  failed  9        8        1       abcdef012345  no such kind"))
        #expect(people.output.contains("Deployment  team-demo  hello  0 of 1 ready"))
        let json = try JSONValue(parsing: await otomi("cluster", "show", "eu", "-o", "json", hub: hub).output)
        for key in ["state", "desiredRevision", "appliedRevision", "generation", "lastSeen", "layers"] {
            #expect(json[key] != nil, "\(key) is part of the interface")
        }
    }

    @Test("removing asks a person, and demands --yes where nobody can be asked")
    func remove() async {
        let cluster = ClusterStatus(name: "eu", id: "c", provider: "aws", region: "", state: .lost)
        func hub() -> FakeHub {
            FakeHub([
                "GET /api/v1/clusters/eu": [.json(cluster.json)], "DELETE /api/v1/clusters/eu": [.init(status: 204)],
            ])
        }
        let alone = hub()
        #expect(await otomi("cluster", "remove", "eu", hub: alone).status == .usage)
        #expect(!alone.requests.contains { $0.line.hasPrefix("DELETE") })
        let refused = hub()
        #expect(await otomi("cluster", "remove", "eu", hub: refused, person: Person(types: "n")).status == .failure)
        #expect(!refused.requests.contains { $0.line.hasPrefix("DELETE") })
        let agreed = hub()
        #expect(await otomi("cluster", "remove", "eu", hub: agreed, person: Person(types: "y")).status == .success)
        let forced = hub()
        #expect(await otomi("cluster", "rm", "eu", "--yes", hub: forced).status == .success)
        #expect(forced.requests.last?.line == "DELETE /api/v1/clusters/eu")
    }

    @Test("the objects of a cluster are a table or JSON, page after page")
    func objects() async throws {
        func object(_ name: String, _ health: String) -> JSONValue {
            [
                "kind": "Deployment", "group": "apps", "apiVersion": "apps/v1", "namespace": "team-a",
                "name": .string(name), "layer": "team/a", "state": "applied", "health": .string(health),
            ]
        }
        let route = "GET /api/v1/clusters/eu/object-states"
        let hub = FakeHub([
            route: [
                .json(["items": [object("one", "ready")], "next": "x"]), .json(["items": [object("two", "failed")]]),
            ]
        ])
        let table = await otomi("cluster", "objects", "eu", hub: hub)
        #expect(table.status == .success)
        #expect(table.output.contains("team-a     Deployment  one"))
        #expect(table.output.contains("two"))
        #expect(hub.requests.map(\.line) == ["\(route)?limit=1000", "\(route)?after=x&limit=1000"])
        let filtered = FakeHub([route: [.json(["items": [object("two", "failed")]])]])
        let arguments = ["cluster", "objects", "eu", "--not-ready", "--kind", "Deployment", "-o", "json"]
        let printed = try JSONValue(parsing: await otomi(arguments, hub: filtered).output)
        #expect(printed.arrayValue?.first?["health"] == "failed")
        #expect(filtered.requests.map(\.line) == ["\(route)?kind=Deployment&state=notReady&limit=1000"])
    }
}
