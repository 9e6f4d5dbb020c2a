import Postgres
import Bundles
import Concurrency
import HubStore
import JSON
import Logging
import PostgresTestSupport
import Synchronization
import Values

/// A store on a database of its own, with a clock that tests move.
struct HubStoreFixture: Sendable {
    let store: HubStore
    let database: TestDatabase
    let clock: TestClock
    let logger = TestServer.logger

    static func with(_ body: (HubStoreFixture) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let clock = TestClock()
            let key = try KeyEncryptionKey(bytes: Array(repeating: 7, count: 32))
            let store = try await HubStore.open(
                pool: database.pool,
                keyEncryptionKey: key,
                passwords: .quick(),
                clock: { clock.now }
            )
            try await body(HubStoreFixture(store: store, database: database, clock: clock))
        }
    }

    @discardableResult
    func put(_ documents: Document..., base: Int64? = nil) async throws -> CommitResult {
        try await store.commit(Commit(message: "test", author: "me", base: base, put: documents))
    }

    static func service(_ name: String, port: Int = 80) -> Document {
        Document(
            id: DocumentID(kind: .service, team: "demo", name: name),
            spec: ["port": .integer(Int64(port))]
        )
    }

    static func enrolment(_ token: String, key: SigningKey = SigningKey(), uid: String = "uid-1") -> Enrolment {
        Enrolment(
            token: token,
            clusterUID: uid,
            publicKey: key.publicKey,
            sealingKey: SealingKeyPair().publicKey,
            bootID: "boot",
            agentVersion: "1",
            kubernetesVersion: "1.33"
        )
    }
}

final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    var now: UnixTime { UnixTime(milliseconds: milliseconds.withLock { $0 }) }

    func advance(_ duration: Duration) {
        milliseconds.withLock { $0 += duration.wholeMilliseconds }
    }
}

extension HubStore {
    /// Who shows a bearer token.
    func identify(bearer text: String) async throws -> Identity? {
        guard let credential = Credential(bearer: text) else { return nil }
        return try await identify(credential)
    }
}
