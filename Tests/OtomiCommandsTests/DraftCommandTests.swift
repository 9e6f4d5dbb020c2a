import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

@Suite struct DraftCommandTests {
    private static let draft: JSONValue = [
        "name": "move", "team": "demo", "author": "ann", "shared": true, "message": "why", "base": 3, "version": 4,
        "created": "2026-01-02T03:00:05Z", "changed": "2026-01-02T03:00:05Z", "changedBy": "bob", "editCount": 2,
        "edits": [
            [
                "document": ["kind": "Service", "team": "demo", "name": "hello"], "spec": ["port": 81], "base": 3,
                "version": 4, "author": "bob", "time": "2026-01-02T03:00:05Z",
            ],
            [
                "document": ["kind": "Job", "team": "demo", "name": "old"], "base": 3, "version": 2, "author": "ann",
                "time": "2026-01-02T03:00:05Z",
            ],
        ],
    ]
    private static let result: JSONValue = [
        "revision": 6, "created": true, "unchanged": 0,
        "changed": [["kind": "Team", "name": "demo", "change": "added"]],
    ]
    private static let clash = DocumentConflict(
        document: DocumentID(kind: .service, team: "demo", name: "hello"),
        yours: ["port": 81, "password": ["$secret": "one"]],
        theirs: ["port": 82, "password": ["$secret": "two"]],
        base: ["port": 80, "password": ["$secret": "one"]],
        revision: 5,
        author: "ann"
    )

    @Test func `drafts are listed, begun and shown`() async {
        let hub = FakeHub([
            "GET /api/v1/drafts": [.json(["items": [Self.draft]])], "POST /api/v1/drafts": [.json(Self.draft)],
            "GET /api/v1/drafts/move": [.json(Self.draft)],
        ])
        let list = await otomi("draft", hub: hub)
        #expect(
            list.output == """
                NAME  TEAM  AUTHOR  SEEN BY  DOCUMENTS  BASE  CHANGED  MESSAGE
                move  demo  ann     others   2          3     4m       why

                """
        )
        let new = await otomi("draft", "new", "move", "--team", "demo", "--shared", "-m", "why", hub: hub)
        #expect(new.output == "Draft move is made on revision 3.\n")
        #expect(
            hub.requests.last?.body == ["name": "move", "team": "demo", "shared": true, "message": "why"]
        )
        let show = await otomi("draft", "show", "move", hub: hub)
        #expect(
            show.output.hasPrefix(
                "Draft move of team demo by ann, shared, on revision 3, 2 documents, version 4\nwhy\n"
            )
        )
        #expect(show.output.contains("put     Service  demo  hello  platform  3     4        bob\n"))
        #expect(show.output.contains("delete  Job      demo  old    platform  3     2        ann\n"))
        let yaml = await otomi("draft", "show", "move", "-o", "yaml", hub: hub)
        #expect(yaml.output == "---\nkind: Service\nname: hello\nspec:\n  port: 81\nteam: demo\n")
    }

    @Test func `documents are put into a draft, marked for removal, and edits dropped`() async throws {
        let file = ["t.yaml": "kind: Team\nname: demo\nspec: {}\n"]
        try await withTemporaryFolder(file) { folder in
            let hub = FakeHub(["PATCH /api/v1/drafts/move": [.json(Self.draft)]])
            for arguments in [
                ["draft", "add", "move", "-f", folder, "--seen", "3"], ["apply", "-f", folder, "--draft", "move"],
                ["draft", "delete", "move", "service/demo/hello", "team/demo@group/eu"],
                ["draft", "drop", "move", "service/demo/hello"], ["draft", "share", "move", "--private"],
            ] {
                let outcome = await otomi(arguments, hub: hub)
                #expect(outcome.status == .success, "\(outcome.error)")
            }
            let put: JSONValue = [["kind": "Team", "name": "demo", "spec": [:]]]
            let hello: JSONValue = ["kind": "Service", "team": "demo", "name": "hello"]
            #expect(
                hub.requests.map(\.body) == [
                    ["seen": 3, "put": put], ["put": put],
                    ["delete": [hello, ["kind": "Team", "name": "demo", "scope": "group/eu"]]], ["drop": [hello]],
                    ["shared": false],
                ]
            )
        }
        let unnamed = await otomi("draft", "drop", "move", "service/hello")
        #expect(unnamed.status == .usage)
        #expect(unnamed.error == "otomi: a service belongs to a team: write service/TEAM/hello\n")
    }

    @Test func `a conflict of a commit shows base, yours and theirs of each field, and no secret`() async {
        let problem = Problem(.conflict, detail: "clash", hint: "Rebase", conflicts: [Self.clash])
        let hub = FakeHub(["POST /api/v1/drafts/move/commit": [.problem(problem), .json(Self.result)]])
        let clash = await otomi("draft", "commit", "move", hub: hub)
        #expect(clash.status == .conflict)
        #expect(
            clash.error == """
                otomi: clash. Rebase
                  Service demo/hello was changed by ann in revision 5
                    /password: base a secret, yours a secret, theirs a secret
                    /port: base 80, yours 81, theirs 82

                """
        )
        let done = await otomi("draft", "commit", "move", "-m", "now", hub: hub)
        #expect(done.output.hasPrefix("Revision 6: 1 added"))
        #expect(hub.requests.last?.body == ["message": "now"])
    }

    @Test func `a rebase says what clashes with exit code 4, until it is decided`() async {
        let clashing: JSONValue = ["draft": Self.draft, "dropped": [], "conflicts": [Self.clash.json]]
        let decided: JSONValue = [
            "draft": Self.draft, "dropped": [Self.clash.document.json], "conflicts": [],
        ]
        let hub = FakeHub(["POST /api/v1/drafts/move/rebase": [.json(clashing), .json(decided)]])
        let first = await otomi("draft", "rebase", "move", hub: hub)
        #expect(first.status == .conflict)
        #expect(first.error.contains("otomi draft rebase move --take mine|theirs DOCUMENT"))
        #expect(first.error.contains("/port: base 80, yours 81, theirs 82"))
        let second = await otomi("draft", "rebase", "move", "--take", "theirs", "service/demo/hello", hub: hub)
        #expect(second.status == .success, "\(second.error)")
        #expect(second.output.hasSuffix("Draft move is up to date with revision 3: 2 documents, version 4.\n"))
        #expect(hub.requests.last?.body == ["mine": [], "theirs": [Self.clash.document.json]])
        let half = await otomi("draft", "rebase", "move", "service/demo/hello")
        #expect(half.status == .usage)
    }

    @Test func `a draft is discarded after a question`() async {
        let hub = FakeHub([
            "GET /api/v1/drafts/move": [.json(Self.draft)], "DELETE /api/v1/drafts/move": [.json([:])],
        ])
        let no = await otomi("draft", "discard", "move", hub: hub, person: Person(types: "n"))
        #expect(no.status == .failure && hub.requests.count == 1)
        let yes = await otomi("draft", "discard", "move", "--yes", hub: hub)
        #expect(yes.output == "Draft move is gone.\n")
    }
}
