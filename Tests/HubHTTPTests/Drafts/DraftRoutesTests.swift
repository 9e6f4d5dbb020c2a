import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

@Suite struct DraftRoutesTests {
    private static func quota(_ team: String, _ pods: String) -> Document {
        .team(team, spec: ["resourceQuota": ["pods": .string(pods)]])
    }

    private static func patch(
        _ caller: HubCaller,
        _ name: String,
        _ patch: DraftPatch,
        ifMatch: String? = nil
    ) async throws -> HubAnswer {
        var headers: HTTPFields = [:]
        headers[.ifMatch] = ifMatch
        return try await caller.send(.patch, Route.draft.path(name), headers: headers, body: patch.json.serialized())
    }

    /// Makes a draft with documents in it.
    @discardableResult
    private static func make(
        _ caller: HubCaller,
        _ name: String,
        team: String? = nil,
        shared: Bool = true,
        _ put: Document...
    ) async throws -> DraftEntry {
        let made = try await caller.post(
            Route.drafts.path(),
            NewDraftRequest(name: name, team: team, shared: shared, message: "why \(name)")
        )
        let draft = try made.message(DraftEntry.self)
        #expect(made.status == 201)
        guard !put.isEmpty else { return draft }
        return try await patch(caller, name, DraftPatch(put: put)).message()
    }

    @Test func `a draft collects documents and becomes one revision`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("old")])
            try await Self.make(caller, "move", .team("demo"), .service("web", team: "demo"))
            let draft = try await Self.patch(caller, "move", DraftPatch(delete: [Document.team("old").id]))
                .message(DraftEntry.self)
            #expect(draft.editCount == 3 && draft.version == 3 && draft.base == 1)
            #expect(draft.edits.map(\.document.name) == ["demo", "old", "web"])
            #expect(draft.edits.filter { $0.spec == nil }.map(\.document.name) == ["old"])
            let list = try await caller.get(Route.drafts.path()).message(HubAPI.Page<DraftEntry>.self)
            #expect(list.items.map(\.name) == ["move"] && list.items.first?.edits.isEmpty == true)
            let dry = try await caller.post(Route.draftCommit.path("move"), DraftCommitRequest(dryRun: true))
                .message(HubAPI.CommitResult.self)
            #expect(!dry.created && dry.changed.count == 3)
            let result = try await caller.post(Route.draftCommit.path("move"), DraftCommitRequest())
                .message(HubAPI.CommitResult.self)
            #expect(result.revision == 2 && result.created)
            #expect(try await hub.store.revision(2).message == "why move")
            try await caller.get(Route.draft.path("move")).problem(.notFound)
        }
    }

    @Test func `a draft is answered with its ETag, and If-Match holds it to a version`() async throws {
        try await HubTest.with { _, caller in
            try await Self.make(caller, "x")
            let answer = try await caller.get(Route.draft.path("x"))
            let tag = try #require(answer.headers[.eTag])
            #expect(tag == "\"1\"")
            let changed = try await Self.patch(caller, "x", DraftPatch(put: [.team("red")]), ifMatch: tag)
            #expect(changed.headers[.eTag] == "\"2\"")
            try await Self.patch(caller, "x", DraftPatch(put: [.team("blue")]), ifMatch: tag).problem(
                .preconditionFailed
            )
            try await Self.patch(caller, "x", DraftPatch(put: [.team("blue")]), ifMatch: "soon").problem(.badRequest)
            for (method, route, body) in [
                (HTTPRequest.Method.delete, Route.draft, nil), (.post, .draftCommit, DraftCommitRequest().json),
                (.post, .draftRebase, DraftRebaseRequest().json),
            ] as [(HTTPRequest.Method, Route, JSONValue?)] {
                let answer = try await caller.send(
                    method,
                    route.path("x"),
                    headers: [.ifMatch: tag],
                    body: body?.serialized()
                )
                try answer.problem(.preconditionFailed)
            }
            #expect(try await caller.delete(Route.draft.path("x")).status == 204)
        }
    }

    @Test func `faults of a document are refused at once, those between documents when it is committed`() async throws {
        try await HubTest.with { hub, caller in
            try await Self.make(caller, "x")
            let wrong = Document.service("web", team: "demo", port: "many")
            let problem = try await Self.patch(
                caller,
                "x",
                DraftPatch(put: [wrong, .team("demo", spec: ["paswort": "c4nary"])])
            )
            .problem(.invalid)
            #expect(Set(problem.errors.map(\.pointer.description)) == ["/port", "/paswort"])
            _ = try await Self.patch(caller, "x", DraftPatch(put: [.service("web", team: "demo")]))
            let between = try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest()).problem(.invalid)
            #expect(between.errors.contains { $0.message.contains("demo") })
            _ = try await Self.patch(caller, "x", DraftPatch(put: [.team("demo")]))
            #expect(try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest()).status == 200)
            #expect(try await hub.store.latestRevision() == 1)
        }
    }

    @Test func `after a conflict the draft is there, is rebased, and is committed`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [Self.quota("red", "1"), Self.quota("blue", "1")])
            try await Self.make(caller, "x", Self.quota("red", "2"), Self.quota("blue", "2"))
            try await hub.commit(put: [Self.quota("red", "3")])
            let problem = try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest()).problem(.conflict)
            let conflict = try #require(problem.conflicts.first)
            let pods = [conflict.yours, conflict.theirs, conflict.base].map {
                $0?["resourceQuota"]?["pods"]?.stringValue
            }
            #expect(problem.conflicts.count == 1 && pods == ["2", "3", "1"])
            #expect(conflict.author == "alice" && conflict.revision == 2)
            #expect(problem.hint?.contains("otomi draft rebase x") == true)
            let shown = try await caller.post(Route.draftRebase.path("x"), DraftRebaseRequest())
                .message(DraftRebaseResult.self)
            #expect(shown.conflicts == problem.conflicts)
            #expect(shown.draft.edits.map(\.base) == [2, 1])
            let mine = try await caller.post(
                Route.draftRebase.path("x"),
                DraftRebaseRequest(mine: [Document.team("red").id])
            ).message(DraftRebaseResult.self)
            #expect(mine.conflicts.isEmpty)
            let result = try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest(message: "both"))
                .message(HubAPI.CommitResult.self)
            #expect(result.revision == 3 && result.changed.count == 2)
        }
    }

    @Test func `two people's edits of one document are a conflict with both, through the version that they saw`()
        async throws
    {
        try await HubTest.with { hub, caller in
            let other = caller.with(token: try await hub.token("bob", .platformAdmin))
            let draft = try await Self.make(caller, "x", Self.quota("red", "2"))
            let problem = try await Self.patch(other, "x", DraftPatch(put: [Self.quota("red", "3")])).problem(.conflict)
            let conflict = try #require(problem.conflicts.first)
            #expect(conflict.yours?["resourceQuota"]?["pods"] == "3")
            #expect(conflict.theirs?["resourceQuota"]?["pods"] == "2")
            #expect(conflict.author == "bootstrap-admin" && conflict.draftVersion == draft.version)
            let seen = DraftPatch(seen: draft.version, put: [Self.quota("red", "3")])
            let replaced = try await Self.patch(other, "x", seen).message(DraftEntry.self)
            #expect(replaced.edits.first?.author == "bob")
        }
    }

    @Test func `a team's people collect only what they may change, with the refused fields named`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("red"), .team("blue"), .service("web", team: "red")])
            let ann = caller.with(token: try await hub.token("ann", try #require(Grant.team("red", .teamMember))))
            let draft = try await Self.make(ann, "x", .service("web", team: "red", port: 81))
            #expect(draft.team == "red")
            let refused = try await Self.patch(ann, "x", DraftPatch(put: [Self.quota("red", "9")])).problem(.forbidden)
            #expect(refused.errors.map(\.pointer.description) == ["/resourceQuota"])
            try await Self.patch(ann, "x", DraftPatch(put: [.service("web", team: "blue")])).problem(.notFound)
            try await ann.post(Route.drafts.path(), NewDraftRequest(name: "y", team: "blue")).problem(.notFound)
            // An admin puts in what they may not change: then they may not commit it either.
            _ = try await Self.patch(caller, "x", DraftPatch(put: [Self.quota("red", "9")]))
            let whole = try await ann.post(Route.draftCommit.path("x"), DraftCommitRequest()).problem(.forbidden)
            #expect(whole.errors.map(\.pointer.description) == ["/resourceQuota"])
            #expect(try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest()).status == 200)
        }
    }

    @Test func `auditors read drafts and change none, and others see only their own`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("red")])
            try await Self.make(caller, "x", .team("blue"))
            let auditor = caller.with(token: try await hub.token("eve", .auditor))
            #expect(try await auditor.get(Route.draft.path("x")).status == 200)
            try await auditor.post(Route.drafts.path(), NewDraftRequest(name: "y")).problem(.forbidden)
            try await Self.patch(auditor, "x", DraftPatch(put: [.team("green")])).problem(.forbidden)
            try await auditor.post(Route.draftCommit.path("x"), DraftCommitRequest()).problem(.forbidden)
            let ann = caller.with(token: try await hub.token("ann", try #require(Grant.team("red", .teamMember))))
            for path in [Route.draft.path("x"), Route.draft.path("none")] {
                let problem = try await ann.get(path).problem(.notFound)
                #expect(problem.detail.hasSuffix("does not exist"))
            }
            #expect(try await ann.get(Route.drafts.path()).message(HubAPI.Page<DraftEntry>.self).items.isEmpty)
        }
    }

    @Test func `a draft that changes nothing, or says not why, is not committed`() async throws {
        try await HubTest.with { _, caller in
            _ = try await caller.post(Route.drafts.path(), NewDraftRequest(name: "x"))
            try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest(message: "m")).problem(.badRequest)
            _ = try await Self.patch(caller, "x", DraftPatch(put: [.team("red")]))
            try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest()).problem(.badRequest)
            try await Self.patch(caller, "x", DraftPatch(delete: [Document.team("none").id])).problem(.notFound)
            #expect(try await caller.post(Route.draftCommit.path("x"), DraftCommitRequest(message: "m")).status == 200)
        }
    }
}
