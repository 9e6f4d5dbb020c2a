import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct FleetCommandTests {
    @Test("the status shows what is not as it should be first")
    func status() async {
        let fleet = FleetStatus(
            revision: 5,
            version: "1",
            clusters: [
                FleetGoalTests.cluster("a", .inSync, desired: 5, applied: 5),
                FleetGoalTests.cluster("b", .degraded, desired: 5, applied: 5, reason: "one object failed"),
                FleetGoalTests.cluster("c", .lost, desired: 5, applied: 4, reason: "silent"),
                FleetGoalTests.cluster("d", .inSync, desired: 5, applied: 5),
            ]
        )
        let hub = FakeHub(["GET /api/v1/status": [.json(fleet.json)]])
        let outcome = await otomi("status", hub: hub)
        #expect(
            outcome.output == """
                Revision 5, 4 clusters: 1 lost, 1 degraded, 2 inSync

                CLUSTER  STATE     SINCE  PROVIDER  REGION  REVISION  SEEN  WHY
                c        lost      -      aws               4 → 5     -     silent
                b        degraded  -      aws               5         -     one object failed
                a        inSync    -      aws               5         -
                d        inSync    -      aws               5         -

                """
        )
        let coloured = await otomi("status", hub: hub, person: Person(usesColour: true))
        #expect(coloured.output.contains("\u{1B}[31mlost\u{1B}[0m"))
        #expect(!outcome.output.contains("\u{1B}"))
    }

    private static let objects: JSONValue = [
        "cluster": "eu", "revision": 5, "generation": 3,
        "objects": [
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team-demo"]],
            ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "hello", "namespace": "team-demo"]],
        ],
    ]

    @Test("render prints one YAML document for each object, and one List as JSON")
    func render() async throws {
        let hub = FakeHub(["GET /api/v1/clusters/eu/objects": [.json(Self.objects)]])
        let yaml = await otomi("render", "--cluster", "eu", "-o", "yaml", hub: hub)
        #expect(
            yaml.output == """
                ---
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: team-demo
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: hello
                  namespace: team-demo

                """
        )
        let json = try JSONValue(parsing: await otomi("render", "--cluster", "eu", "-o", "json", hub: hub).output)
        #expect(json["kind"] == "List")
        #expect(json["items"] == Self.objects["objects"])
        let names = await otomi("render", "--cluster", "eu", "-o", "name", hub: hub)
        #expect(names.output == "namespace/team-demo\nservice/team-demo/hello\n")
    }

    @Test("explain shows each value with its origin, and below it what it won over")
    func explain() async {
        let answer: JSONValue = [
            "cluster": "eu", "revision": 5, "path": "teams.demo.services.hello.port",
            "entries": [
                [
                    "pointer": "/teams/demo/services/hello/port", "value": 8080,
                    "origin": ["source": "document", "scope": "cluster/eu", "revision": 4, "author": "ann"],
                    "overridden": [["origin": ["source": "default"], "value": 80]],
                ]
            ],
        ]
        let hub = FakeHub(["GET /api/v1/clusters/eu/explain": [.json(answer)]])
        let outcome = await otomi("explain", "teams.demo.services.hello.port", "--cluster", "eu", hub: hub)
        #expect(hub.requests.first?.line == "GET /api/v1/clusters/eu/explain?path=teams.demo.services.hello.port")
        #expect(outcome.output.contains("/teams/demo/services/hello/port  8080   cluster/eu, revision 4, by ann\n"))
        #expect(outcome.output.contains("80     over default\n"))
    }

    @Test("explaining a place where nothing is, is exit code 3")
    func explainNothing() async {
        let hub = FakeHub([
            "GET /api/v1/clusters/eu/explain": [.json(["cluster": "eu", "revision": 5, "path": "x", "entries": []])]
        ])
        #expect(await otomi("explain", "x", "--cluster", "eu", hub: hub).status == .notFound)
    }

    @Test("values are YAML unless JSON is asked for, and may be an older revision's")
    func values() async {
        let hub = FakeHub([
            "GET /api/v1/clusters/eu/values": [
                .json(["cluster": "eu", "revision": 2, "values": ["teams": ["demo": [:]]]])
            ]
        ])
        let outcome = await otomi("values", "--cluster", "eu", "--revision", "2", hub: hub)
        #expect(outcome.output.hasPrefix("teams:\n  demo:"))
        #expect(hub.requests.first?.line == "GET /api/v1/clusters/eu/values?revision=2")
    }

    @Test("the history is newest first, and one revision shows its changes")
    func history() async {
        let revision: JSONValue = [
            "number": 5, "author": "ann", "time": "2026-01-02T03:00:05Z", "message": "more\nreplicas", "changeCount": 1,
            "changes": [["kind": "Service", "team": "demo", "name": "hello", "change": "changed"]],
        ]
        let hub = FakeHub([
            "GET /api/v1/revisions": [.json(["items": [revision]])], "GET /api/v1/revisions/5": [.json(revision)],
            "GET /api/v1/revisions/5/diff": [
                .json([
                    "items": [
                        [
                            "kind": "Service", "team": "demo", "name": "hello", "change": "changed",
                            "fields": [["pointer": "/port", "before": 80, "after": 81]],
                        ]
                    ]
                ])
            ],
        ])
        let list = await otomi("history", "--limit", "7", hub: hub)
        #expect(
            list.output == "REVISION  AGE  AUTHOR  CHANGES  MESSAGE\n5         4m   ann     1        more replicas\n"
        )
        #expect(hub.requests.first?.line == "GET /api/v1/revisions?limit=7")
        let show = await otomi("history", "show", "5", hub: hub)
        #expect(show.output.hasSuffix("\nService demo/hello changed\n  /port: 80 -> 81\n"))
    }
}
