import Glibc
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

    @Test func `a marker counts in its secret's own place and nowhere else`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = DocumentID(kind: .team, name: "demo")
            func put(_ opsgenie: JSONValue) async throws {
                let spec: JSONValue = ["password": "one", "alerts": ["opsgenie": opsgenie]]
                try await fixture.put(Document(id: id, spec: spec))
            }
            try await put(["apiKey": "key"])
            let shown = try #require(try await fixture.store.document(id)?.document.spec)
            let key = try #require(shown["alerts"]?["opsgenie"]?["apiKey"])
            try await put(["apiKey": key, "responders": []])
            let password = try #require(shown["password"])
            for moved in [["apiKey": password], ["apiKey": "key", "url": key]] as [JSONValue] {
                let error = await #expect(throws: StoreError.self) { try await put(moved) }
                #expect(error?.code == .invalid)
            }
        }
    }

    @Test func `a marker goes along with the element of its list`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = DocumentID(kind: .app, name: "kubeapps")
            func put(_ repos: [JSONValue]) async throws {
                try await fixture.put(Document(id: id, spec: ["initialRepos": .array(repos)]))
            }
            try await put([["name": "a", "authorizationHeader": "one"], ["name": "b", "authorizationHeader": "two"]])
            let shown = try #require(try await fixture.store.document(id)?.document.spec["initialRepos"]?.arrayValue)
            try await put(shown.reversed())
            let kept = try await fixture.store.document(id, revealing: true)?.document.spec["initialRepos"]
            #expect(kept?[0]?["authorizationHeader"] == "two")
            #expect(kept?[1]?["authorizationHeader"] == "one")
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
        for mode: mode_t in [0o644, 0o640, 0o602] {
            #expect(chmod("\(directory.path)/secrets.key", mode) == 0)
            let error = #expect(throws: StoreError.self) { try KeyEncryptionKey.file("\(directory.path)/secrets.key") }
            #expect(error?.message.contains("chmod 600 \(directory.path)/secrets.key") == true)
        }
        #expect(chmod("\(directory.path)/secrets.key", 0o400) == 0)
        _ = try KeyEncryptionKey.file("\(directory.path)/secrets.key")
    }
}
