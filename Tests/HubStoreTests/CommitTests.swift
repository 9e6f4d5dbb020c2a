import Postgres
import PostgresTestSupport
import HubStore
import JSON
import Testing
import Values

@Suite struct CommitTests {
    @Test func `the same documents twice make one revision`() async throws {
        try await HubStoreFixture.with { fixture in
            let first = try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b"))
            #expect(first.revision == 1)
            #expect(first.isCreated)
            #expect(first.changed.map(\.action) == [.created, .created])
            let again = try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b"))
            #expect(again == CommitResult(revision: 1, changed: [], unchanged: 2, isCreated: false))
            let changed = try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b", port: 81))
            #expect(changed.changed == [DocumentChange(id: HubStoreFixture.service("b").id, action: .updated)])
            #expect(changed.unchanged == 1)
        }
    }

    @Test func `a clash on the same document is a conflict with both versions, a change elsewhere merges`() async throws
    {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b"))
            try await fixture.put(HubStoreFixture.service("a", port: 81), base: 1)
            let merged = try await fixture.put(HubStoreFixture.service("b", port: 82), base: 1)
            #expect(merged.revision == 3)
            let wanted = HubStoreFixture.service("a", port: 99)
            let error = try await #require(throws: StoreError.self) { _ = try await fixture.put(wanted, base: 1) }
            #expect(error.code == .conflict)
            #expect(error.conflicts.map(\.wanted) == [wanted])
            #expect(error.conflicts.map(\.current?.document) == [HubStoreFixture.service("a", port: 81)])
            #expect(error.conflicts.map(\.current?.revision) == [2])
            // What somebody else wrote already is no clash.
            #expect(try await !fixture.put(HubStoreFixture.service("a", port: 81), base: 1).isCreated)
            #expect(try await fixture.store.latestRevision() == 3)
        }
    }

    @Test func `a change of what was deleted meanwhile, and its deletion, are told apart`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = HubStoreFixture.service("a").id
            try await fixture.put(HubStoreFixture.service("a"))
            let deletion = Commit(message: "gone", author: "me", base: 1, delete: [id])
            #expect(try await fixture.store.commit(deletion).changed.map(\.action) == [.deleted])
            let error = try await #require(throws: StoreError.self) {
                _ = try await fixture.put(HubStoreFixture.service("a", port: 81), base: 1)
            }
            #expect(error.code == .conflict)
            #expect(error.conflicts.first?.current == nil)
            #expect(try await fixture.store.commit(deletion).unchanged == 1)
        }
    }

    @Test func `the values at every revision can be read, and what each changed`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = HubStoreFixture.service("a").id
            try await fixture.put(HubStoreFixture.service("a"))
            try await fixture.put(HubStoreFixture.service("a", port: 81), HubStoreFixture.service("b"))
            _ = try await fixture.store.commit(Commit(message: "bye", author: "you", delete: [id]))
            var ports: [Int64?] = []
            for revision in 0...3 as ClosedRange<Int64> {
                ports.append(try await fixture.store.document(id, at: revision)?.document.spec["port"]?.integerValue)
            }
            #expect(ports == [nil, 80, 81, nil])
            #expect(try await fixture.store.changes(of: 2).map(\.action) == [.updated, .created])
            #expect(try await fixture.store.changes(of: 3) == [DocumentChange(id: id, action: .deleted)])
            #expect(try await fixture.store.revisions().map(\.number) == [3, 2, 1])
            #expect(try await fixture.store.revisions(before: 3, limit: 1).map(\.number) == [2])
            #expect(try await fixture.store.revision(3).author == "you")
        }
    }

    @Test func `fifty commits at once are fifty revisions and move every cluster`() async throws {
        try await HubStoreFixture.with { fixture in
            _ = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<50 {
                    group.addTask { try await fixture.put(HubStoreFixture.service("s\(number)")).revision }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(numbers == Set(1...50))
            #expect(try await fixture.store.allDocuments().count == 50)
            #expect(try await fixture.store.cluster(named: "one").desiredRevision == 50)
        }
    }

    @Test func `a dry run and a refused commit leave nothing`() async throws {
        try await HubStoreFixture.with { fixture in
            var commit = Commit(message: "", author: "me", put: [HubStoreFixture.service("a")], isDryRun: true)
            let result = try await fixture.store.commit(commit)
            #expect(result.changed.count == 1)
            #expect(!result.isCreated)
            commit.isDryRun = false
            commit.delete = [HubStoreFixture.service("a").id]
            let error = await #expect(throws: StoreError.self) { try await fixture.store.commit(commit) }
            #expect(error?.code == .invalid)
            #expect(try await fixture.store.latestRevision() == 0)
        }
    }

    @Test func `an import adds clusters that do not exist, in the same revision, once`() async throws {
        try await HubStoreFixture.with { fixture in
            let commit = Commit(message: "import", author: "me", put: [HubStoreFixture.service("a")])
            let clusters = [NewCluster(name: "one", provider: "aws"), NewCluster(name: "two", provider: "azure")]
            let first = try await fixture.store.importDocuments(commit, clusters: clusters)
            #expect(first.added.map(\.name) == ["one", "two"])
            #expect(first.added.map(\.desiredRevision) == [1, 1])
            let second = try await fixture.store.importDocuments(commit, clusters: clusters)
            #expect(second.added.isEmpty)
            #expect(!second.commit.isCreated)
        }
    }

    @Test func `pages cover every document once, and filters narrow them`() async throws {
        try await HubStoreFixture.with { fixture in
            let documents = (0..<25).map { HubStoreFixture.service("s\($0)") }
            let team = Document(id: DocumentID(kind: .team, name: "demo"), spec: .object([:]))
            let commit = Commit(message: "", author: "me", put: documents + [team])
            _ = try await fixture.store.commit(commit)
            var seen: [DocumentID] = []
            var cursor: String?
            repeat {
                let page = try await fixture.store.documents(after: cursor, limit: 10)
                seen += page.items.map(\.document.id)
                cursor = page.next
            } while cursor != nil
            #expect(Set(seen) == Set(commit.put.map(\.id)))
            #expect(seen.count == 26)
            #expect(try await fixture.store.documents(DocumentFilter(kind: .team)).items.count == 1)
            #expect(try await fixture.store.documents(DocumentFilter(team: "demo")).items.count == 26)
            #expect(try await fixture.store.documents(DocumentFilter(name: "s3")).items.count == 1)
            await #expect(throws: StoreError.self) { try await fixture.store.documents(after: "nonsense") }
        }
    }

    @Test func `history cannot be rewritten, whoever asks`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(HubStoreFixture.service("a"))
            for statement in [
                "UPDATE documents SET spec = '{}'", "DELETE FROM documents", "UPDATE revisions SET author = 'x'",
                "DELETE FROM revisions",
            ] {
                await #expect(throws: (any Error).self) {
                    try await fixture.database.pool.withConnection { connection in try connection.script(statement) }
                }
            }
        }
    }
}
