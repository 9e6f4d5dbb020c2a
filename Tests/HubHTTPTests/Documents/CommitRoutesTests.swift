import HubTestSupport
import HubAPI
import HubStore
import JSON
import Testing
import Values

@Suite struct CommitRoutesTests {
    private static let path = Route.commits.path()

    @Test func `a commit makes one revision with its author and its changes`() async throws {
        try await HubTest.with { hub, caller in
            let put: [Document] = [.team("demo"), .service("hello", team: "demo")]
            let commit = CommitRequest(message: "Add demo", put: put)
            let result = try await caller.post(Self.path, commit).message(HubAPI.CommitResult.self)
            #expect(result.revision == 1)
            #expect(result.created)
            #expect(result.unchanged == 0)
            #expect(result.changed.map(\.document) == put.map(\.id))
            #expect(result.changed.allSatisfy { $0.change == .added })
            let revision = try await hub.store.revision(1)
            #expect(revision.message == "Add demo")
            #expect(revision.author == "bootstrap-admin")
            #expect(revision.committedAt == hub.now)
        }
    }

    @Test func `the same commit again makes no revision`() async throws {
        try await HubTest.with { hub, caller in
            let commit = CommitRequest(message: "Add demo", put: [.team("demo", spec: ["password": "c4nary"])])
            _ = try await caller.post(Self.path, commit)
            let again = try await caller.post(Self.path, commit).message(HubAPI.CommitResult.self)
            #expect(again.revision == 1)
            #expect(!again.created)
            #expect(again.changed.isEmpty)
            #expect(again.unchanged == 1)
            #expect(try await hub.store.latestRevision() == 1)
        }
    }

    @Test func `a document that is read and written back keeps its secret`() async throws {
        try await HubTest.with { hub, caller in
            let team = Document.team("demo", spec: ["password": "c4nary"])
            _ = try await caller.post(Self.path, CommitRequest(message: "Add demo", put: [team]))
            let read = try await caller.get(Route.documents.path()).message(HubAPI.Page<DocumentEntry>.self)
            var document = try #require(read.items.first?.document)
            document.spec["resourceQuota"] = ["pods": "10"]
            let commit = CommitRequest(message: "More pods", put: [document])
            let result = try await caller.post(Self.path, commit).message(HubAPI.CommitResult.self)
            #expect(result.revision == 2)
            let stored = try await hub.store.document(team.id, revealing: true)
            #expect(stored?.document.spec["password"] == "c4nary")
            #expect(stored?.document.spec["resourceQuota"]?["pods"] == "10")
        }
    }

    @Test func `five faults come back at once with their places, and nothing is stored`() async throws {
        try await HubTest.with { hub, caller in
            let service = Document(
                id: DocumentID(kind: .service, team: "demo", name: "hello"),
                spec: ["port": 0, "prot": 80, "exposure": ["type": "publik"]]
            )
            let team = Document.team("demo", spec: ["resourceQuota": ["pods": "many"]])
            let other = Document.team("other", spec: ["alerts": ["receivers": ["pager"]]])
            let commit = CommitRequest(message: "Five faults", put: [service, team, other, .team("fine")])
            let problem = try await caller.post(Self.path, commit).problem(.invalid)
            let places = problem.errors.map { "\($0.document?.description ?? "") \($0.pointer)" }
            #expect(
                Set(places) == [
                    "Service demo/hello /port", "Service demo/hello /prot", "Service demo/hello /exposure/type",
                    "Team demo /resourceQuota/pods", "Team other /alerts/receivers/0",
                ]
            )
            #expect(problem.errors.count == 5)
            #expect(problem.errors.allSatisfy { !$0.message.isEmpty && $0.severity == .error })
            #expect(try await hub.store.latestRevision() == 0)
            #expect(try await hub.store.allDocuments().isEmpty)
        }
    }

    @Test func `a reference to a team that does not exist is a fault`() async throws {
        try await HubTest.with { hub, caller in
            let commit = CommitRequest(message: "No team", put: [.service("hello", team: "nobody")])
            let problem = try await caller.post(Self.path, commit).problem(.invalid)
            #expect(problem.errors.contains { $0.message.contains("nobody") })
            #expect(try await hub.store.latestRevision() == 0)
        }
    }

    @Test func `a team that still has services cannot go`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo"), .service("hello", team: "demo")])
            let alone = CommitRequest(message: "Remove", delete: [Document.team("demo").id])
            try await caller.post(Self.path, alone).problem(.invalid)
            let both = CommitRequest(
                message: "Remove",
                delete: [Document.team("demo").id, Document.service("hello", team: "demo").id]
            )
            let result = try await caller.post(Self.path, both).message(HubAPI.CommitResult.self)
            #expect(result.changed.map(\.change) == [.removed, .removed])
        }
    }

    @Test func `a change of what somebody else changed is a conflict with both versions`() async throws {
        try await HubTest.with { hub, caller in
            let base = try await hub.commit(put: [.team("demo"), .service("hello", team: "demo", port: 80)])
            let theirs = Document.service("hello", team: "demo", port: 81)
            let latest = try await hub.commit(put: [theirs])
            let mine = Document.service("hello", team: "demo", port: 82)
            let commit = CommitRequest(message: "Mine", base: base, put: [mine])
            let problem = try await caller.post(Self.path, commit).problem(.conflict)
            let conflict = try #require(problem.conflicts.first)
            #expect(problem.conflicts.count == 1)
            #expect(conflict.document == mine.id)
            #expect(conflict.yours?["port"] == 82)
            #expect(conflict.theirs?["port"] == 81)
            #expect(conflict.revision == latest)
            #expect(conflict.author == "alice")
            #expect(try await hub.store.latestRevision() == latest)
        }
    }

    @Test func `a change elsewhere merges`() async throws {
        try await HubTest.with { hub, caller in
            let base = try await hub.commit(put: [.team("demo")])
            try await hub.commit(put: [.team("other")])
            let commit = CommitRequest(message: "Mine", base: base, put: [.service("hello", team: "demo")])
            let result = try await caller.post(Self.path, commit).message(HubAPI.CommitResult.self)
            #expect(result.revision == 3)
        }
    }

    @Test func `a base that does not exist yet is invalid`() async throws {
        try await HubTest.with { _, caller in
            let commit = CommitRequest(message: "Mine", base: 7, put: [.team("demo")])
            try await caller.post(Self.path, commit).problem(.invalid)
        }
    }

    @Test func `a dry run says what would change and writes nothing`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo")])
            let commit = CommitRequest(
                message: "Try",
                put: [.team("other")],
                delete: [Document.team("demo").id],
                dryRun: true
            )
            let result = try await caller.post(Self.path, commit).message(HubAPI.CommitResult.self)
            #expect(!result.created)
            #expect(result.changed.map(\.change).sorted { $0.rawValue < $1.rawValue } == [.added, .removed])
            #expect(try await hub.store.latestRevision() == 1)
            #expect(try await hub.store.allDocuments().map(\.document.id) == [Document.team("demo").id])

            let faulty = CommitRequest(message: "Try", put: [.service("hello", team: "nobody")], dryRun: true)
            try await caller.post(Self.path, faulty).problem(.invalid)
        }
    }

    @Test func `what does not exist cannot be deleted`() async throws {
        try await HubTest.with { hub, caller in
            let commit = CommitRequest(message: "Remove", delete: [Document.team("nobody").id])
            let problem = try await caller.post(Self.path, commit).problem(.notFound)
            #expect(problem.detail.contains("nobody"))
            #expect(try await hub.store.latestRevision() == 0)
        }
    }

    @Test(arguments: [
        CommitRequest(message: " \n", put: [.team("demo")]),
        CommitRequest(message: String(repeating: "a", count: 4_097), put: [.team("demo")]),
        CommitRequest(message: "Nothing"),
        CommitRequest(message: "Twice", put: [.team("demo"), .team("demo")]),
        CommitRequest(message: "Both", put: [.team("demo")], delete: [Document.team("demo").id]),
    ])
    func `a commit without a message, without a change or against itself is a bad request`(
        commit: CommitRequest
    ) async throws {
        try await HubTest.with { hub, caller in
            try await caller.post(Self.path, commit).problem(.badRequest)
            #expect(try await hub.store.latestRevision() == 0)
        }
    }

    @Test func `commits at once each get a revision of their own`() async throws {
        try await HubTest.with { hub, caller in
            let revisions = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 1...10 {
                    group.addTask {
                        let commit = CommitRequest(message: "Add", put: [.team("team\(number)")])
                        return try await caller.post(Self.path, commit).message(HubAPI.CommitResult.self).revision
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(revisions.sorted() == Array(1...10))
            #expect(try await hub.store.allDocuments().count == 10)
        }
    }

    @Test func `two replicas cannot together store what neither would alone`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo")])
            let remove = CommitRequest(message: "Remove", delete: [Document.team("demo").id])
            let add = CommitRequest(message: "Add", put: [.service("hello", team: "demo")])
            try await hub.serve { other in
                async let removed = caller.post(Self.path, remove)
                async let added = other.post(Self.path, add)
                let statuses = try await [removed.status, added.status].sorted()
                #expect(statuses == [200, 422], "the one that comes second is refused")
            }
        }
    }
}
