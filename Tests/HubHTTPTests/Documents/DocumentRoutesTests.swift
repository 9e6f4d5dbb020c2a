import HubTestSupport
import HubAPI
import HubStore
import JSON
import Testing
import Values

@Suite struct DocumentRoutesTests {
    private static func list(_ query: DocumentQuery, _ caller: HubCaller) async throws -> [DocumentEntry] {
        try await caller.get(query.path()).message(HubAPI.Page<DocumentEntry>.self).items
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let query: DocumentQuery
        let found: [String]

        var testDescription: String { query.path() }
    }

    @Test(arguments: [
        Case(
            query: DocumentQuery(),
            found: ["Team a", "Team a at cluster/demo", "Team b", "Service a/x", "Service b/x"]
        ),
        Case(query: DocumentQuery(kind: .service), found: ["Service a/x", "Service b/x"]),
        Case(query: DocumentQuery(team: "a"), found: ["Team a", "Team a at cluster/demo", "Service a/x"]),
        Case(query: DocumentQuery(scope: .cluster("demo")), found: ["Team a at cluster/demo"]),
        Case(query: DocumentQuery(scope: .platform, name: "a"), found: ["Team a"]),
        Case(query: DocumentQuery(kind: .job), found: []),
    ])
    func `documents are found by kind, team, scope and name`(wanted: Case) async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [
                .team("a"), .team("b"), .team("a", scope: .cluster("demo")), .service("x", team: "a"),
                .service("x", team: "b"),
            ])
            let entries = try await Self.list(wanted.query, caller)
            #expect(entries.map(\.document.id.description).sorted() == wanted.found.sorted())
        }
    }

    @Test func `a document comes with the revision and author that wrote it, its secrets as markers`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            let revision = try await hub.commit(put: [.team("b", spec: ["password": "c4nary"])])
            let answer = try await caller.get(DocumentQuery(name: "b").path())
            #expect(!answer.text.contains("c4nary"))
            let entry = try #require(try answer.message(HubAPI.Page<DocumentEntry>.self).items.first)
            #expect(entry.revision == revision)
            #expect(entry.author == "alice")
            #expect(SecretMarker.isMarker(try #require(entry.document.spec["password"])))
        }
    }

    @Test func `documents of an earlier revision are as they were`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a"), .service("x", team: "a", port: 80)])
            try await hub.commit(put: [.service("x", team: "a", port: 81)])
            try await hub.commit(delete: [Document.service("x", team: "a").id])
            var query = DocumentQuery(kind: .service)
            for (revision, port) in [(1, 80), (2, 81)] as [(Int64, JSONValue)] {
                query.revision = revision
                #expect(try await Self.list(query, caller).map { $0.document.spec["port"] } == [port])
            }
            query.revision = 3
            #expect(try await Self.list(query, caller).isEmpty)
        }
    }

    @Test func `a revision that does not exist yet is not found`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            try await caller.addCluster("demo")
            try await caller.get(DocumentQuery(revision: 2).path()).problem(.notFound)
            try await caller.get(Route.clusterValues.path("demo", query: [("revision", "2")])).problem(.notFound)
        }
    }

    @Test func `a long list comes in pages that show every document once`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: (1...7).map { .team("team\($0)") })
            var names: [String] = []
            var after: String?
            repeat {
                let path = DocumentQuery().path(after: after, limit: 3)
                let page = try await caller.get(path).message(HubAPI.Page<DocumentEntry>.self)
                #expect(page.items.count <= 3)
                names += page.items.map(\.document.id.name)
                after = page.next
            } while after != nil
            #expect(names == (1...7).map { "team\($0)" })
        }
    }

    @Test(arguments: ["kind=Pod", "scope=everywhere", "limit=1001"])
    func `a filter that means nothing is a bad request`(query: String) async throws {
        try await HubTest.with { _, caller in
            try await caller.get("\(Route.documents.path())?\(query)").problem(.badRequest)
        }
    }

    @Test func `a cursor that the hub did not hand out is refused`() async throws {
        try await HubTest.with { _, caller in
            try await caller.get(DocumentQuery().path(after: "nonsense")).problem(.invalid)
        }
    }
}
