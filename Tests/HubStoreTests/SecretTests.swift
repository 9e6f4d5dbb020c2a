import Postgres
import HubStore
import JSON
import PostgresTestSupport
import Testing
import Values

@Suite struct SecretTests {
    private static func team(_ password: JSONValue, note: String = "") -> Document {
        Document(
            id: DocumentID(kind: .team, name: "demo"),
            spec: ["password": password, "alerts": ["email": ["critical": .string(note)]]]
        )
    }

    private func dump(_ fixture: HubStoreFixture) async throws -> String {
        try await fixture.database.pool.query(
            "SELECT string_agg(d::text, ' ') FROM documents d"
        )[0].get(0)
    }

    @Test func `a secret is never in the database in plaintext and reads as a marker unless revealed`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.team("very-geheim"))
            #expect(try await !dump(fixture).contains("geheim"))
            let id = Self.team("").id
            let shown = try #require(try await fixture.store.document(id)?.document.spec["password"])
            #expect(SecretMarker.isMarker(shown))
            let revealed = try await fixture.store.document(id, revealing: true)
            #expect(revealed?.document.spec["password"] == "very-geheim")
            #expect(try await fixture.store.allDocuments(revealing: true).first?.document == Self.team("very-geheim"))
        }
    }

    @Test func `the same secret or its marker changes nothing, another one does`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.team("one"))
            #expect(try await !fixture.put(Self.team("one")).isCreated)
            let shown = try #require(try await fixture.store.document(Self.team("").id)?.document)
            #expect(try await !fixture.put(shown).isCreated)
            let marker = try #require(shown.spec["password"])
            #expect(try await fixture.put(Self.team(marker, note: "changed")).isCreated)
            let kept = try await fixture.store.document(shown.id, revealing: true)
            #expect(kept?.document.spec["password"] == "one")
            #expect(try await fixture.put(Self.team("two", note: "changed")).isCreated)
            let old = try await fixture.store.document(shown.id, at: 1, revealing: true)
            #expect(old?.document.spec["password"] == "one")
        }
    }

    @Test func `a marker that refers to nothing and a forged ciphertext are refused`() async throws {
        try await HubStoreFixture.with { fixture in
            for password in [SecretMarker.marker("0123456789abcdef"), ["$sealed": "v1.AAAA"]] as [JSONValue] {
                let error = await #expect(throws: StoreError.self) { try await fixture.put(Self.team(password)) }
                #expect(error?.code == .invalid)
            }
        }
    }

    @Test func `another key-encryption key is told at once`() async throws {
        try await HubStoreFixture.with { fixture in
            let other = try KeyEncryptionKey(bytes: Array(repeating: 8, count: 32))
            let error = await #expect(throws: StoreError.self) {
                _ = try await HubStore.open(pool: fixture.database.pool, keyEncryptionKey: other)
            }
            #expect(error?.code == .undecipherable)
        }
    }

    @Test func `the key file is made once and closed to others`() throws {
        let directory = try TemporaryDirectory(prefix: "otomi-test-key")
        defer { directory.remove() }
        _ = try KeyEncryptionKey.file("\(directory.path)/secrets.key")
        _ = try KeyEncryptionKey.file("\(directory.path)/secrets.key")
        #expect(throws: StoreError.self) { try KeyEncryptionKey.file("\(directory.path)/no/secrets.key") }
    }
}
