import HubStore
import JSON
import PostgresTestSupport
import Testing
import Values

/// What became of documents, of a team's and of a cluster's.
@Suite struct HistoryTests {
    private static func document(
        _ kind: Kind,
        _ name: String,
        team: String? = nil,
        at scope: Scope = .platform,
        _ spec: JSONValue = [:]
    ) -> Document {
        Document(id: DocumentID(kind: kind, scope: scope, team: team, name: name), spec: spec)
    }

    private static func lines(_ differences: [DocumentDifference]?) -> [String] {
        (differences ?? []).flatMap { difference in
            difference.fields.map { field in
                let texts = [field.before, field.after].map {
                    $0.map { String(decoding: $0.serialized(), as: UTF8.self) }
                }
                return "\(difference.id) \(field.pointer): \(texts[0] ?? "-") -> \(texts[1] ?? "-")"
            }
        }
    }

    @Test func `the history of a document has every version with what it changed, field by field`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = HubStoreFixture.service("a").id
            try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b"))
            try await fixture.put(HubStoreFixture.service("b", port: 90))
            try await fixture.put(HubStoreFixture.service("a", port: 81))
            _ = try await fixture.store.commit(Commit(message: "gone", author: "me", delete: [id]))
            try await fixture.put(HubStoreFixture.service("a", port: 82))
            let filter = DocumentFilter(kind: .service, team: "demo", name: "a")
            let revisions = try await fixture.store.revisions(changing: filter)
            #expect(revisions.map(\.number) == [5, 4, 3, 1])
            #expect(try await fixture.store.revisions(changing: filter, before: 4, limit: 1).map(\.number) == [3])
            let found = try await fixture.store.differences(of: revisions.map(\.number), filter)
            #expect(
                found.mapValues { $0.map(\.action) } == [5: [.created], 4: [.deleted], 3: [.updated], 1: [.created]]
            )
            #expect(Self.lines(found[3]) == ["Service demo/a /port: 80 -> 81"])
            #expect(Self.lines(found[4]) == ["Service demo/a /port: 81 -> -"])
        }
    }

    @Test func `the history of a team has what changed its documents and its own`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.document(.team, "demo"))
            try await fixture.put(Self.document(.team, "other"))
            try await fixture.put(HubStoreFixture.service("a"))
            let revisions = try await fixture.store.revisions(changing: DocumentFilter(team: "demo"))
            #expect(revisions.map(\.number) == [3, 1])
            let member = try Drafting.member("ann", of: "other", fixture)
            #expect(try await member.revisions(changing: DocumentFilter(team: "demo")).isEmpty)
            #expect(try await member.differences(from: 0, to: 3).map(\.id.name) == ["other"])
        }
    }

    @Test func `two revisions are compared in both directions, and what came back does not differ`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b"))
            try await fixture.put(HubStoreFixture.service("a", port: 81), HubStoreFixture.service("b", port: 81))
            try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("c"))
            let forth = try await fixture.store.differences(from: 1, to: 3)
            #expect(
                Self.lines(forth) == ["Service demo/b /port: 80 -> 81", "Service demo/c /port: - -> 80"]
            )
            let back = try await fixture.store.differences(from: 3, to: 1)
            #expect(back.map(\.action) == [.updated, .deleted])
            #expect(try await fixture.store.differences(from: 2, to: 2).isEmpty)
        }
    }

    @Test func `a secret that is replaced is a difference of markers`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Drafting.team("demo", password: "c4nary-one"))
            try await fixture.put(Drafting.team("demo", password: "c4nary-two"))
            let found = try await fixture.store.differences(from: 1, to: 2)
            #expect(found.first?.fields.map(\.pointer.description) == ["/password"])
            #expect(!Self.lines(found).joined().contains("c4nary"))
            #expect(found.first?.fields.allSatisfy { $0.after.map(SecretMarker.isMarker) ?? false } == true)
        }
    }

    @Test func `the history of a cluster has what applied to it before or after, and nothing else`() async throws {
        try await HubStoreFixture.with { fixture in
            let paris = ClusterIdentity(name: "paris", provider: "aws", region: "eu", labels: ["tier": "prod"])
            let here: JSONValue = ["placement": ["clusters": ["paris"]]]
            let there: JSONValue = ["placement": ["clusters": ["tokyo"]]]
            let steps: [(Document, applies: Bool)] = [
                (Self.document(.settings, "otomi"), true),
                (Self.document(.team, "demo", here), true),
                (Self.document(.team, "far", there), false),
                // A team's things go only where the team goes.
                (Self.document(.service, "web", team: "far", ["port": 80]), false),
                (Self.document(.service, "web", team: "demo", ["port": 80]), true),
                (Self.document(.group, "prod", ["selector": ["tier": "prod"]]), true),
                (Self.document(.group, "test", ["selector": ["tier": "test"]]), false),
                (Self.document(.team, "demo", at: .group("prod"), ["resourceQuota": ["pods": "9"]]), true),
                (Self.document(.team, "demo", at: .group("test"), ["resourceQuota": ["pods": "8"]]), false),
                (Self.document(.team, "demo", at: .cluster("tokyo"), ["resourceQuota": ["pods": "7"]]), false),
                (Self.document(.team, "demo", at: .cluster("paris"), ["resourceQuota": ["pods": "6"]]), true),
                // It goes away from here.
                (Self.document(.team, "demo", there), true),
                (Self.document(.service, "web", team: "demo", ["port": 81]), false),
            ]
            for (document, _) in steps { try await fixture.put(document) }
            let wanted = steps.indices.filter { steps[$0].applies }.map { Int64($0 + 1) }
            let page = try await fixture.store.revisions(of: paris)
            #expect(page.items.map(\.number) == wanted.reversed())
            #expect(page.next == nil)
            var found: [Int64] = []
            var before: Int64?
            repeat {
                let page = try await fixture.store.revisions(of: paris, before: before, limit: 2)
                found += page.items.map(\.number)
                before = page.next.flatMap { Int64($0) }
            } while before != nil
            #expect(found == wanted.reversed())
            let member = try Drafting.member("ann", of: "demo", fixture)
            #expect(try await member.revisions(of: paris).items.map(\.number) == [12, 11, 8, 5, 2])
        }
    }
}
