import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

@Suite struct HistoryCommandTests {
    private static let revision: JSONValue = [
        "number": 5, "author": "ann", "time": "2026-01-02T03:00:05Z", "message": "more", "changeCount": 1,
        "tags": ["v1"],
        "changes": [
            [
                "kind": "Team", "name": "demo", "change": "changed",
                "fields": [
                    ["pointer": "/password", "before": ["$secret": "one"], "after": ["$secret": "two"]],
                    ["pointer": "/resourceQuota/pods", "after": "10"],
                ],
            ]
        ],
    ]

    @Test func `the history of a document shows each version, field by field, and no secret`() async {
        let hub = FakeHub(["GET /api/v1/revisions": [.json(["items": [Self.revision]])]])
        let outcome = await otomi("history", "list", "--document", "team/demo", hub: hub)
        #expect(
            outcome.output == """
                Revision 5 by ann, 4m ago: more [v1]
                  Team demo changed
                    /password: a secret -> another secret
                    /resourceQuota/pods: nothing -> "10"

                """
        )
        #expect(hub.requests.last?.line == "GET /api/v1/revisions?document=team%2Fdemo&limit=20")
        _ = await otomi("history", "list", "--document", "service/hello", "--team", "demo", hub: hub)
        #expect(hub.requests.last?.line == "GET /api/v1/revisions?document=service%2Fhello&team=demo&limit=20")
        let cluster = await otomi("history", "--cluster", "paris", hub: hub)
        #expect(hub.requests.last?.line == "GET /api/v1/revisions?cluster=paris&limit=20")
        #expect(cluster.output.hasSuffix("5         4m   ann     1        more [v1]\n"))
        let both = await otomi("history", "--cluster", "paris", "--team", "demo", hub: hub)
        #expect(both.status == .usage)
    }

    @Test func `two revisions are compared`() async {
        let change = Self.revision["changes"] ?? []
        let hub = FakeHub(["GET /api/v1/revisions/v1/diff": [.json(["items": change]), .json(["items": []])]])
        let outcome = await otomi("diff", "3", "v1", "--team", "demo", hub: hub)
        #expect(outcome.output.hasPrefix("Team demo changed\n"))
        #expect(hub.requests.last?.line == "GET /api/v1/revisions/v1/diff?from=3&team=demo")
        #expect(await otomi("diff", "3", "v1", hub: hub).output == "Nothing differs.\n")
    }

    @Test func `a revision is restored or reverted, or goes into a draft`() async {
        let commit: JSONValue = [
            "commit": [
                "revision": 9, "created": true, "changed": [["kind": "Team", "name": "demo", "change": "changed"]],
            ]
        ]
        let hub = FakeHub([
            "POST /api/v1/revisions/3/restoration": [.json(commit)],
            "POST /api/v1/revisions/v1/reversal": [
                .json([
                    "draft": [
                        "name": "back", "author": "ann", "shared": false, "base": 9, "version": 2, "created": "t",
                        "changed": "t", "changedBy": "ann", "editCount": 1,
                    ]
                ])
            ],
        ])
        let restored = await otomi(
            "restore",
            "3",
            "--document",
            "service/hello",
            "--team",
            "demo",
            "-m",
            "why",
            hub: hub
        )
        #expect(restored.output.hasPrefix("Revision 9: 1 changed, 0 unchanged."))
        #expect(
            hub.requests.last?.body == [
                "message": "why", "team": "demo",
                "documents": [["kind": "Service", "team": "demo", "name": "hello"]],
            ]
        )
        let reverted = await otomi("revert", "v1", "--draft", "back", hub: hub)
        #expect(reverted.output == "Draft back: 1 document, version 2. To go on: otomi draft commit back\n")
        #expect(hub.requests.last?.body == ["draft": "back"])
        #expect(await otomi("restore", "3", "--draft", "x", "--dry-run", hub: hub).status == .usage)
    }

    @Test func `revisions are tagged, tags listed and removed`() async {
        let tag: JSONValue = [
            "name": "v1", "revision": 5, "message": "the first", "author": "ann", "time": "2026-01-02T03:00:05Z",
        ]
        let hub = FakeHub([
            "POST /api/v1/revisions/latest/tags": [.json(tag)], "GET /api/v1/tags": [.json(["items": [tag]])],
            "DELETE /api/v1/revisions/v1/tags/v1": [.json([:])],
        ])
        #expect(await otomi("tag", "latest", "v1", "-m", "the first", hub: hub).output == "v1 is revision 5.\n")
        #expect(hub.requests.last?.body == ["name": "v1", "message": "the first"])
        #expect(
            await otomi("tag", "list", hub: hub).output
                == "NAME  REVISION  AGE  AUTHOR  MESSAGE\nv1    5         4m   ann     the first\n"
        )
        #expect(await otomi("tag", "remove", "v1", hub: hub).output == "Tag v1 is removed.\n")
    }
}
