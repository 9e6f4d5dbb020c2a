import Concurrency
import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

@Suite("The store of the Git mirror") struct GitMirrorTests {
    private static let settings = GitMirrorSettings(url: "https://git.example.com/a", username: "otomi")

    private static func push(_ digit: Character, _ state: GitPush.State, at time: UnixTime) -> GitPush {
        GitPush(
            commit: String(repeating: digit, count: 40),
            authorName: "Ann",
            authorEmail: "ann@example.com",
            message: "x",
            committedAt: time,
            seenAt: time,
            state: state,
            problem: state == .refused ? ["detail": "no"] : nil
        )
    }

    @Test("seals the credential, and seals it anew when the data key changes")
    func credential() async throws {
        try await HubStoreFixture.with { fixture in
            _ = try await fixture.store.setGitMirror(Self.settings, secret: .password("hunter2"), by: "ann")
            let row = try await fixture.database.pool.withConnection { connection in
                try connection.query("SELECT git_mirrors::text FROM git_mirrors")[0].get(0, as: String.self)
            }
            #expect(!row.contains("hunter2"))
            try await fixture.store.rotateDataKey()
            #expect(try await fixture.store.renewSecrets().renewed == 1)
            #expect(try await fixture.store.dataKeys().count == 1)
            let lease = try await fixture.store.takeGitLease("a", for: .seconds(60))
            #expect(lease?.secret == .password("hunter2"))
        }
    }

    @Test("lets one replica work at a time, and the next one when its time is up or it says so")
    func lease() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            #expect(try await store.takeGitLease("a", for: .seconds(60)) == nil)
            _ = try await store.setGitMirror(Self.settings, secret: nil, by: "ann")
            let first = try #require(try await store.takeGitLease("a", for: .seconds(60)))
            #expect(try await store.takeGitLease("a", for: .seconds(60))?.epoch == first.epoch)
            #expect(try await store.takeGitLease("b", for: .seconds(60)) == nil)
            fixture.clock.advance(.seconds(61))
            let second = try #require(try await store.takeGitLease("b", for: .seconds(60)))
            #expect(second.epoch > first.epoch)
            // What the first one still wants to write is lost.
            #expect(try await !store.advanceGitMirror(first.epoch, to: "x", revision: 1))
            #expect(try await !store.noteGitState(first.epoch, .current))
            #expect(try await !store.noteGitPush(first.epoch, Self.push("a", .taken, at: fixture.clock.now)))
            #expect(try await store.advanceGitMirror(second.epoch, to: "y", revision: 1))
            try await store.returnGitLease("b")
            #expect(try await store.takeGitLease("a", for: .seconds(60)) != nil)
        }
    }

    @Test("begins anew at another address, and takes the right to work from whoever has it")
    func newAddress() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            _ = try await store.setGitMirror(Self.settings, secret: nil, by: "ann")
            let lease = try #require(try await store.takeGitLease("a", for: .seconds(60)))
            #expect(try await store.advanceGitMirror(lease.epoch, to: "x", revision: 7))
            var settings = Self.settings
            settings.direction = .mirror
            #expect(try await store.setGitMirror(settings, secret: nil, by: "ann").revision == 7)
            settings.branch = "other"
            let moved = try await store.setGitMirror(settings, secret: nil, by: "bob")
            #expect(moved.revision == 0 && moved.head == nil && moved.changedBy == "bob")
            #expect(try await !store.advanceGitMirror(lease.epoch, to: "x", revision: 8))
        }
    }

    @Test("keeps what became of a push, and tells of it once")
    func pushes() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let epoch = try await store.setGitMirror(Self.settings, secret: nil, by: "ann").epoch
            for _ in 0..<3 {
                #expect(try await store.noteGitPush(epoch, Self.push("a", .refused, at: fixture.clock.now)))
            }
            let good = Self.push("b", .taken, at: fixture.clock.now)
            #expect(try await store.noteGitPush(epoch, good, correcting: [String(repeating: "a", count: 40)]))
            let pushes = try await store.gitPushes()
            #expect(pushes.map(\.state) == [.taken, .corrected])
            #expect(pushes.last?.correctedBy == good.commit)
            let told = try await fixture.database.pool.withConnection { connection in
                try connection.query("SELECT kind FROM events WHERE kind LIKE 'git.push%' ORDER BY transaction_id, id")
                    .map { try $0.get(0, as: String.self) }
            }
            #expect(told == ["git.push-refused", "git.push-taken"])
        }
    }

    @Test("gives revisions with what each wrote and removed, secrets as markers")
    func revisions() async throws {
        try await HubStoreFixture.with { fixture in
            let team = Document(id: DocumentID(kind: .team, name: "demo"), spec: ["password": "hunter2"])
            try await fixture.put(team, HubStoreFixture.service("a"))
            try await fixture.put(HubStoreFixture.service("a", port: 81))
            _ = try await fixture.store.commit(
                Commit(message: "gone", author: "me", delete: [HubStoreFixture.service("a").id])
            )
            let all = try await fixture.store.revisionsToMirror(after: 0, limit: 10)
            #expect(all.map(\.revision.number) == [1, 2, 3])
            #expect(all.map { $0.put.map(\.id.name) } == [["demo", "a"], ["a"], []])
            #expect(all.map { $0.deleted.map(\.name) } == [[], [], ["a"]])
            #expect(all[0].put[0].spec["password"].map(SecretMarker.isMarker) == true)
            #expect(try await fixture.store.revisionsToMirror(after: 1, limit: 1).map(\.revision.number) == [2])
            let ids = [team.id, HubStoreFixture.service("a").id]
            #expect(try await fixture.store.changes(of: ids, after: 0, upTo: 3) == [ids[0]: 1, ids[1]: 3])
            #expect(try await fixture.store.changes(of: ids, after: 1, upTo: 2) == [ids[1]: 2])
        }
    }
}
