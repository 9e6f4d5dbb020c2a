import Bundles
import Concurrency
import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

/// Data keys and key-encryption keys change while the hub works.
@Suite struct KeyRotationTests {
    private static func team(_ name: String, _ password: JSONValue) -> Document {
        Document(id: DocumentID(kind: .team, name: name), spec: ["password": password])
    }

    private static func key(_ byte: UInt8) throws -> KeyEncryptionKey {
        try KeyEncryptionKey(bytes: Array(repeating: byte, count: 32))
    }

    /// A second store on the same database, as another replica has it.
    private static func replica(of fixture: HubStoreFixture) async throws -> HubStore {
        try await HubStore.open(pool: fixture.database.pool, keyEncryptionKey: try key(7))
    }

    private static func password(
        _ name: String,
        _ store: HubStore,
        at revision: Int64? = nil
    ) async throws -> JSONValue? {
        try await store.document(team(name, "").id, at: revision, revealing: true)?.document.spec["password"]
    }

    @Test func `a rotation seals everything anew, history included, and drops the old key`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.team("a", "one"))
            try await fixture.put(Self.team("a", "two"))
            _ = try await fixture.store.bootstrapTrust(
                root: [1],
                keys: [RoleSigningKey(role: .timestamp, key: SigningKey())]
            )
            let before = try #require(try await fixture.store.document(Self.team("a", "").id)?.document)
            try await fixture.store.rotateDataKey()
            #expect(try await fixture.store.dataKeys().map(\.uses) == [3, 0])
            #expect(try await fixture.store.renewSecrets().renewed == 3)
            let keys = try await fixture.store.dataKeys()
            #expect(keys.map(\.number) == [2])
            #expect(keys.map(\.uses) == [3])
            #expect(try await Self.password("a", fixture.store) == "two")
            #expect(try await Self.password("a", fixture.store, at: 1) == "one")
            #expect(try await fixture.store.signingKeys().count == 1)
            // The marker that somebody read before is good after it.
            #expect(try await fixture.store.document(before.id)?.document == before)
            #expect(try await !fixture.put(before).isCreated)
        }
    }

    @Test func `secrets of the first format open, keep their markers and are sealed anew`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = Self.team("a", "").id
            let old = try FirstFormat.seal(
                JSONValue.string("from before").serialized(),
                wrapped: try await fixture.database.pool.query("SELECT wrapped FROM data_keys")[0].get(0),
                under: Array(repeating: 7, count: 32),
                context: id.description
            )
            let spec: JSONValue = ["password": ["$sealed": .string(old)]]
            try await fixture.database.pool.query(
                """
                INSERT INTO revisions (number, author, message, committed_at, change_count)
                VALUES (1, 'me', 'old', now(), 1)
                """
            )
            try await fixture.database.pool.query(
                """
                INSERT INTO documents (kind, scope, team, name, spec, valid_from)
                VALUES ('Team', \(id.scope.description), '', 'a', \(spec), 1)
                """
            )
            let before = try #require(try await fixture.store.document(id)?.document)
            #expect(try await Self.password("a", fixture.store) == "from before")
            try await fixture.store.rotateDataKey()
            #expect(try await fixture.store.renewSecrets().renewed == 1)
            #expect(try await fixture.store.dataKeys().map(\.number) == [2])
            #expect(try await Self.password("a", fixture.store) == "from before")
            #expect(try await fixture.store.document(id)?.document == before)
        }
    }

    /// Writes secrets to one replica and counts those that the other reads at once.
    private static func write(
        _ count: Int,
        _ prefix: String,
        to store: HubStore,
        reading reader: HubStore
    ) async throws -> Int {
        var seen = 0
        for number in 0..<count {
            let name = "\(prefix)-\(number % 5)"
            let secret = JSONValue.string("secret \(number)")
            _ = try await store.commit(Commit(message: "m", author: "me", put: [team(name, secret)]))
            if try await password(name, reader) == secret { seen += 1 }
        }
        return seen
    }

    @Test func `reads and writes of two replicas go on during rotations`() async throws {
        try await HubStoreFixture.with { fixture in
            let other = try await Self.replica(of: fixture)
            async let first = Self.write(24, "t0", to: fixture.store, reading: other)
            async let second = Self.write(24, "t1", to: other, reading: fixture.store)
            for round in 0..<4 {
                let store = round.isMultiple(of: 2) ? fixture.store : other
                try await store.rotateDataKey()
                try await store.renewSecrets()
            }
            #expect(try await first == 24)
            #expect(try await second == 24)
            try await other.renewSecrets()
            #expect(try await fixture.store.dataKeys().map(\.number) == [5])
            let documents = try await fixture.store.allDocuments(revealing: true)
            #expect(documents.count == 10)
            #expect(documents.allSatisfy { $0.document.spec["password"]?.stringValue?.hasPrefix("secret") == true })
        }
    }

    @Test func `a renewal that was interrupted is finished by the next`() async throws {
        try await HubStoreFixture.with { fixture in
            for number in 0..<70 { try await fixture.put(Self.team("t\(number)", .string("secret \(number)"))) }
            try await fixture.store.rotateDataKey()
            struct Interrupted: Error {}
            await #expect(throws: Interrupted.self) {
                try await fixture.store.renewSecrets { _ in throw Interrupted() }
            }
            #expect(try await fixture.store.dataKeys().map(\.uses) == [20, 50])
            let other = try await Self.replica(of: fixture)
            #expect(try await other.renewSecrets().renewed == 20)
            #expect(try await other.dataKeys().map(\.uses) == [70])
        }
    }

    @Test func `what cannot be opened is left as it is and named, and holds nothing else up`() async throws {
        try await HubStoreFixture.with { fixture in
            for number in 0..<60 { try await fixture.put(Self.team("t\(number)", .string("secret \(number)"))) }
            _ = try await fixture.store.bootstrapTrust(
                root: [1],
                keys: [RoleSigningKey(role: .timestamp, key: SigningKey())]
            )
            let pool = fixture.database.pool
            // A byte of the ciphertext is another: in a first batch, in a second, and outside of the documents.
            try await pool.query(
                """
                UPDATE documents SET spec = jsonb_set(spec, '{password,$sealed}', to_jsonb(
                    left(spec #>> '{password,$sealed}', -6) || reverse(right(spec #>> '{password,$sealed}', 6))))
                WHERE name IN ('t1', 't9')
                """
            )
            try await pool.query("UPDATE signing_keys SET sealed = left(sealed, -6) || reverse(right(sealed, 6))")
            try await fixture.store.rotateDataKey()
            let first = try await fixture.store.renewSecrets()
            #expect(first.renewed == 58)
            #expect(first.undecipherable == 3)
            #expect(first.names.prefix(2) == ["Team t1 since revision 2", "Team t9 since revision 10"])
            #expect(first.names.last?.hasPrefix("signing key timestamp") == true)
            // Their key stays: with what it opens nobody may have given up yet.
            #expect(try await fixture.store.dataKeys().map(\.uses) == [3, 58])
            let second = try await fixture.store.renewSecrets()
            #expect(second.renewed == 0)
            #expect(second.undecipherable == 3)
            // Written again, they are as good as the others.
            for name in ["t1", "t9"] { try await fixture.put(Self.team(name, "new")) }
            #expect(try await Self.password("t1", fixture.store) == "new")
        }
    }

    @Test func `the history's rows change in nothing but their ciphertexts`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.team("a", "one"))
            let pool = fixture.database.pool
            for change: SQL in [
                "spec = '{}'", "spec = jsonb_set(spec, '{more}', '1')", "spec = jsonb_set(spec, '{password}', '\"x\"')",
                "spec = jsonb_set(spec, '{password,$sealed}', '\"v2.1.0000000000000000.AAAA\"')",
                "spec = jsonb_set(spec, '{password,$sealed}', '\"v1.AAAA\"')", "name = 'b'", "valid_from = 2",
            ] {
                await #expect(throws: PostgresError.self, "\(change.text)") {
                    try await pool.query("UPDATE documents SET \(unsafe: change.text)")
                }
            }
            #expect(try await Self.password("a", fixture.store) == "one")
        }
    }

    @Test func `another key-encryption key takes over while replicas run`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.team("a", "one"))
            let pool = fixture.database.pool
            #expect(try await HubStore.changeKeyEncryptionKey(in: pool, from: Self.key(7), to: Self.key(9)) == 1)
            // The replica that runs goes on with the data keys in its memory, and makes none that others cannot open.
            try await fixture.put(Self.team("a", "two"))
            let refused = await #expect(throws: StoreError.self) { try await fixture.store.rotateDataKey() }
            #expect(refused?.code == .undecipherable)
            let restarted = try await HubStore.open(pool: pool, keyEncryptionKey: try Self.key(9))
            #expect(try await Self.password("a", restarted) == "two")
            try await restarted.rotateDataKey()
            let old = await #expect(throws: StoreError.self) {
                _ = try await HubStore.changeKeyEncryptionKey(in: pool, from: Self.key(7), to: Self.key(8))
            }
            #expect(old?.code == .undecipherable)
        }
    }

    @Test func `a data key that is gone from the database is told with the way out`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.team("a", "one"))
            try await fixture.database.pool.query("UPDATE data_keys SET id = 9")
            let other = try await Self.replica(of: fixture)
            let error = await #expect(throws: StoreError.self) { _ = try await Self.password("a", other) }
            #expect(error?.code == .unknownDataKey)
            #expect(error?.message.contains("restore the table data_keys") == true)
        }
    }
}
