import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

@Suite struct DocumentCommandTests {
    private static let team = "kind: Team\nname: demo\nspec: {}\n"
    private static let result: JSONValue = [
        "revision": 6, "created": true, "unchanged": 1,
        "changed": [["kind": "Team", "name": "demo", "change": "added"]],
    ]

    private func entry(_ kind: Kind, _ name: String, team: String? = nil, scope: Scope = .platform) -> JSONValue {
        DocumentEntry(
            document: Document(id: DocumentID(kind: kind, scope: scope, team: team, name: name), spec: [:]),
            revision: 4,
            author: "ann"
        ).json
    }

    @Test("apply sends every document of files, folders and standard input in one commit")
    func apply() async throws {
        let files = [
            "one.yaml": Self.team + "---\nkind: Team\nname: other\nspec: {}\n",
            "more/two.json": #"{"kind":"Team","name":"third"}"#,
            "readme.md": "no values", ".git/x.yaml": "kind: nothing",
        ]
        try await withTemporaryFolder(files) { folder in
            let hub = FakeHub(["POST /api/v1/commits": [.json(Self.result)]])
            let outcome = await otomi(
                "apply",
                "-f",
                folder,
                "-f",
                "-",
                "-m",
                "teams",
                "--base",
                "5",
                hub: hub,
                person: Person(input: #"[{"kind":"Team","name":"fourth","revision":4,"author":"ann"}]"#)
            )
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(
                outcome.output.hasPrefix(
                    "Revision 6: 1 added, 1 unchanged.\nCHANGE  KIND  TEAM  NAME  SCOPE\nadded   Team  -     demo"
                )
            )
            let body = try #require(hub.requests.first?.body)
            #expect(hub.requests.count == 1)
            #expect(body["message"] == "teams" && body["base"] == 5)
            #expect(
                body["put"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["third", "demo", "other", "fourth"]
            )
        }
    }

    @Test("five faults are five lines with file, pointer and expectation, and nothing is sent")
    func faults() async throws {
        let service = """
            kind: Service
            team: demo
            name: hello
            spec:
              port: many
              exposure:
                type: sideways
            """
        let files = [
            "a.yaml": service, "b.yaml": "kind: Pod\nname: x\n", "c.yaml": "kind: [\n",
            "d.yaml": Self.team + "---\n" + Self.team,
        ]
        try await withTemporaryFolder(files) { folder in
            let hub = FakeHub()
            let outcome = await otomi("apply", "-f", folder, "-m", "x", hub: hub)
            #expect(outcome.status == .invalid)
            #expect(hub.requests.isEmpty)
            let lines = outcome.error.split(separator: "\n").map(String.init)
            #expect(lines.first?.hasPrefix("otomi: \(folder) has 5 faults") == true, "\(outcome.error)")
            #expect(lines.count == 6)
            #expect(lines.contains { $0.contains("a.yaml") && $0.contains("/port:") })
            #expect(lines.contains { $0.contains("a.yaml") && $0.contains("/exposure/type:") })
            #expect(lines.contains { $0.contains("b.yaml /kind: one of") })
            #expect(lines.contains { $0.contains("c.yaml: YAML is expected: line ") })
            #expect(lines.contains { $0.contains("d.yaml#2") && $0.contains("d.yaml#1 already") })
        }
    }

    @Test("a fault that only the hub sees is shown with the file")
    func hubFaults() async throws {
        try await withTemporaryFolder(["t.yaml": Self.team]) { folder in
            let fault = Fault(document: DocumentID(kind: .team, name: "demo"), message: "a known group is expected")
            let hub = FakeHub([
                "POST /api/v1/commits": [.problem(Problem(.invalid, detail: "one fault", errors: [fault]))]
            ])
            let outcome = await otomi("apply", "-f", "\(folder)/t.yaml", "-m", "x", hub: hub)
            #expect(outcome.status == .invalid)
            #expect(outcome.error == "otomi: one fault\n  \(folder)/t.yaml: Team demo: a known group is expected\n")
        }
    }

    @Test("a clash is exit code 4 and says who changed what")
    func conflict() async throws {
        try await withTemporaryFolder(["t.yaml": Self.team]) { folder in
            let conflict = DocumentConflict(
                document: DocumentID(kind: .team, name: "demo"),
                yours: [:],
                theirs: nil,
                revision: 5,
                author: "ann"
            )
            let problem = Problem(
                .conflict,
                detail: "somebody was faster",
                hint: "Read it again",
                conflicts: [conflict]
            )
            let outcome = await otomi(
                "apply",
                "-f",
                folder,
                "-m",
                "x",
                hub: FakeHub(["POST /api/v1/commits": [.problem(problem)]])
            )
            #expect(outcome.status == .conflict)
            #expect(
                outcome.error
                    == "otomi: somebody was faster. Read it again\n  Team demo was deleted by ann in revision 5\n"
            )
        }
    }

    @Test("a file that is not there is exit code 3")
    func missingFile() async {
        let outcome = await otomi("apply", "-f", "/nowhere/x.yaml", "-m", "x")
        #expect(outcome.status == .notFound)
        #expect(outcome.error == "otomi: /nowhere/x.yaml cannot be read: No such file or directory\n")
    }

    @Test("get narrows by kind, team, scope, name and revision")
    func get() async {
        let page: JSONValue = ["items": [entry(.service, "hello", team: "demo", scope: .cluster("eu"))]]
        let hub = FakeHub(["GET /api/v1/documents": [.json(page)]])
        let outcome = await otomi("get", "services", "demo/hello", "--scope", "cluster/eu", "--revision", "4", hub: hub)
        #expect(
            hub.requests.first?.line
                == "GET /api/v1/documents?kind=Service&team=demo&scope=cluster%2Feu&name=hello&revision=4"
        )
        #expect(
            outcome.output == """
                KIND     TEAM  NAME   SCOPE       REVISION  AUTHOR
                Service  demo  hello  cluster/eu  4         ann

                """
        )
        #expect(await otomi("get", "-o", "name", hub: hub).output == "service/demo/hello@cluster/eu\n")
        #expect(await otomi("get", "-o", "yaml", hub: hub).output.hasPrefix("---\nauthor: ann\nkind: Service\n"))
    }

    @Test("what get prints as YAML can be applied again")
    func getThenApply() async throws {
        let page: JSONValue = ["items": [entry(.team, "demo"), entry(.team, "other")]]
        let printed = await otomi("get", "-o", "yaml", hub: FakeHub(["GET /api/v1/documents": [.json(page)]]))
        let hub = FakeHub(["POST /api/v1/commits": [.json(Self.result)]])
        let outcome = await otomi("apply", "-f", "-", "-m", "again", hub: hub, person: Person(input: printed.output))
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(hub.requests.first?.body?["put"]?[1] == ["kind": "Team", "name": "other", "spec": [:]])
    }

    @Test("a document that is not there is exit code 3")
    func notFound() async {
        let hub = FakeHub(["GET /api/v1/documents": [.json(["items": []])]])
        #expect(await otomi("get", "team", "demo", hub: hub).status == .notFound)
        #expect(await otomi("get", "team", hub: hub).output == "No documents match.\n")
        #expect(await otomi("delete", "team", "demo", "-m", "x", "--yes", hub: hub).status == .notFound)
    }

    @Test("deleting a team deletes what it owns, in one commit")
    func deleteTeam() async throws {
        let own: JSONValue = ["items": [entry(.team, "demo"), entry(.team, "demo", scope: .cluster("eu"))]]
        let owned: JSONValue = ["items": [entry(.team, "demo"), entry(.service, "hello", team: "demo")]]
        let hub = FakeHub([
            "GET /api/v1/documents?kind=Team&name=demo": [.json(own)],
            "GET /api/v1/documents?team=demo": [.json(owned)],
            "POST /api/v1/commits": [.json(Self.result)],
        ])
        let outcome = await otomi("delete", "team", "demo", "-m", "gone", "--yes", hub: hub)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(
            hub.requests.last?.body?["delete"] == [
                ["kind": "Team", "name": "demo"], ["kind": "Team", "scope": "cluster/eu", "name": "demo"],
                ["kind": "Service", "team": "demo", "name": "hello"],
            ]
        )
    }

    @Test("a service that several teams have must be named with its team, and a person is asked")
    func deleteService() async {
        let both: JSONValue = ["items": [entry(.service, "hello", team: "a"), entry(.service, "hello", team: "b")]]
        let hub = FakeHub(["GET /api/v1/documents": [.json(both)]])
        let outcome = await otomi("delete", "service", "hello", "-m", "x", "--yes", hub: hub)
        #expect(outcome.status == .usage)
        #expect(outcome.error.contains("2 teams have a Service hello: a, b. Name one with --team"))
        let one = FakeHub(["GET /api/v1/documents": [.json(["items": [entry(.service, "hello", team: "a")]])]])
        let asked = await otomi("delete", "service", "a/hello", "-m", "x", hub: one, person: Person(types: ""))
        #expect(asked.status == .failure)
        #expect(asked.error.contains("Delete Service a/hello? [y/N]"))
    }

    @Test("a dry run says what would change")
    func dryRun() async throws {
        try await withTemporaryFolder(["t.yaml": Self.team]) { folder in
            let hub = FakeHub(["POST /api/v1/commits": [.json(Self.result)]])
            let outcome = await otomi("apply", "-f", folder, "--dry-run", hub: hub)
            #expect(
                outcome.output.hasPrefix(
                    "Nothing was changed (dry run on revision 6); it would be 1 added, 1 unchanged."
                )
            )
            #expect(hub.requests.first?.body?["dryRun"] == true)
        }
    }
}
