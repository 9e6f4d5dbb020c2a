import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

@Suite struct RestorationRoutesTests {
    @Test func `a revision is restored as a new one, with its secrets`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo", spec: ["password": "c4nary-old"]), .team("gone")])
            try await hub.commit(
                put: [.team("demo", spec: ["password": "c4nary-new"]), .team("new")],
                delete: [Document.team("gone").id]
            )
            let answer = try await caller.post(Route.revisionRestoration.path("1"), RestorationRequest())
            #expect(!answer.text.contains("c4nary"))
            let result = try #require(try answer.message(RestorationResult.self).commit)
            #expect(result.revision == 3 && result.created)
            #expect(result.changed.map(\.change) == [.changed, .added, .removed])
            #expect(try await hub.store.revision(3).message == "Restore the values as of revision 1")
            let stored = try await hub.store.document(Document.team("demo").id, revealing: true)
            #expect(stored?.document.spec["password"] == "c4nary-old")
            let again = try await caller.post(Route.revisionRestoration.path("1"), RestorationRequest())
                .message(RestorationResult.self).commit
            #expect(again?.created == false && again?.revision == 3)
        }
    }

    @Test func `what was right once and is not now is refused with its faults`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo"), .service("web", team: "demo")])
            try await hub.commit(delete: [Document.service("web", team: "demo").id, Document.team("demo").id])
            let one = RestorationRequest(documents: [Document.service("web", team: "demo").id])
            let problem = try await caller.post(Route.revisionRestoration.path("1"), one).problem(.invalid)
            #expect(problem.errors.contains { $0.message.contains("demo") })
            let both = try await caller.post(Route.revisionRestoration.path("1"), RestorationRequest(team: "demo"))
                .message(RestorationResult.self)
            #expect(both.commit?.changed.count == 2)
        }
    }

    @Test func `a revision is reverted, and what was changed since is a conflict with three sides`() async throws {
        try await HubTest.with { hub, caller in
            for pods in ["1", "2"] {
                try await hub.commit(put: [.team("demo", spec: ["resourceQuota": ["pods": .string(pods)]])])
            }
            let result = try await caller.post(Route.revisionReversal.path("latest"), RestorationRequest())
                .message(RestorationResult.self)
            #expect(result.commit?.revision == 3)
            #expect(try await hub.store.revision(3).message == "Revert revision 2: test")
            let problem = try await caller.post(Route.revisionReversal.path("2"), RestorationRequest())
                .message(RestorationResult.self)
            #expect(problem.commit?.created == false, "it is undone already")
            try await hub.commit(put: [.team("demo", spec: ["resourceQuota": ["pods": "4"]])])
            let conflict = try #require(
                try await caller.post(Route.revisionReversal.path("2"), RestorationRequest()).problem(.conflict)
                    .conflicts.first
            )
            let pods = [conflict.yours, conflict.theirs, conflict.base].map {
                $0?["resourceQuota"]?["pods"]?.stringValue
            }
            #expect(pods == ["1", "4", "2"])
            try await caller.post(
                Route.revisionReversal.path("2"),
                RestorationRequest(documents: [Document.team("demo").id])
            ).problem(.badRequest)
        }
    }

    @Test func `it is collected in a draft when one is named`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo", spec: ["password": "c4nary-old"])])
            try await hub.commit(put: [.team("demo", spec: ["password": "c4nary-new"])])
            let request = RestorationRequest(draft: "back")
            let draft = try await caller.post(Route.revisionRestoration.path("1"), request)
                .message(RestorationResult.self).draft
            #expect(draft?.name == "back" && draft?.editCount == 1 && draft?.base == 2)
            #expect(try await hub.store.latestRevision() == 2)
            let result = try await caller.post(Route.draftCommit.path("back"), DraftCommitRequest())
                .message(HubAPI.CommitResult.self)
            #expect(result.revision == 3)
            let stored = try await hub.store.document(Document.team("demo").id, revealing: true)
            #expect(stored?.document.spec["password"] == "c4nary-old")
        }
    }

    @Test func `a team's people restore what is theirs, as far as they may change it`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("red"), .service("web", team: "red", port: 80), .team("blue")])
            try await hub.commit(
                put: [.service("web", team: "red", port: 81), .team("blue", spec: ["resourceQuota": ["pods": "1"]])]
            )
            let member = caller.with(token: try await hub.token("ann", try #require(Grant.team("red", .teamMember))))
            let result = try await member.post(Route.revisionRestoration.path("1"), RestorationRequest())
                .message(RestorationResult.self).commit
            #expect(result?.changed.map(\.document) == [Document.service("web", team: "red").id])
            try await hub.commit(put: [.team("red", spec: ["resourceQuota": ["pods": "1"]])])
            let problem = try await member.post(Route.revisionRestoration.path("1"), RestorationRequest())
                .problem(.forbidden)
            #expect(problem.errors.map(\.pointer.description) == ["/resourceQuota"])
        }
    }
}
