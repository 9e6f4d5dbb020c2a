package import Concurrency
import HTTPTypes
package import HubHTTP
import HubPublisher
import HubRollouts
package import HubStore
import Hummingbird
import HummingbirdTesting
package import JSON
import Logging
import NIOCore
import Observability
package import Postgres
import PostgresTestSupport
package import Values

/// A hub without a socket: its routes, a store on a database of its own, a publisher, and a clock that stands until it is
/// moved.
package final class HubTest: Sendable {
    package static let adminToken = "otomi_test-administrator"

    package let store: HubStore
    package let events = StoreEvents()
    private let trust: FleetTrust
    private let publisher: Publisher
    private let watch: FleetWatch
    let database: TestDatabase
    private let metrics = MetricsRegistry()
    let time: ManualTime

    init(
        _ database: TestDatabase,
        time: ManualTime = ManualTime(UnixTime(seconds: 1_795_348_800))
    ) async throws {
        self.time = time
        self.database = database
        store = try await HubStore.open(
            pool: database.pool,
            keyEncryptionKey: try KeyEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            passwords: .quick(),
            clock: { time.now }
        )
        try await store.bootstrapAdminToken(Self.adminToken)
        // What a test commits is wanted everywhere from then on, unless it is about rollouts.
        // Not by an act, which the audit log would tell of.
        try await database.pool.withConnection { connection in
            _ = try connection.query(
                """
                INSERT INTO rollout_policy (strategy, set_by, set_at) VALUES ('{"kind": "atOnce"}', 'test', now())
                ON CONFLICT DO NOTHING
                """
            )
        }
        trust = try await FleetTrust.loadOrCreate(store, now: time.now)
        publisher = Publisher(
            store: store,
            events: events,
            trust: trust,
            metrics: metrics,
            logger: Self.silent,
            clock: { time.now }
        )
        watch = FleetWatch(store: store, events: events, clock: { time.now }, logger: Self.silent)
    }

    /// Runs `body` with a hub.
    ///
    /// With `isListening` the hub hears what the database announces, as it does in production; it has heard its first word
    /// before `body` begins.
    ///
    /// - Throws: What `body` throws.
    package static func with(
        isListening: Bool = false,
        _ body: @Sendable (HubTest, HubCaller) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let hub = try await HubTest(database)
            guard isListening else { return try await hub.serve { caller in try await body(hub, caller) } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await hub.events.run(configuration: database.configuration, logger: silent) }
                _ = await hub.events.fleet.wait(after: 0)
                try await hub.serve { caller in try await body(hub, caller) }
                group.cancelAll()
            }
        }
    }

    /// Runs `body` with one more replica of the hub on the same store.
    package func serve(_ body: @Sendable (HubCaller) async throws -> Void) async throws {
        try await application.server(on: .hostname("127.0.0.1", port: 0)).test(.router) { client in
            try await body(HubCaller(client: client, token: Self.adminToken))
        }
    }

    /// Runs `body` with one more replica, which listens on a loopback port.
    package func listen(
        _ settings: ServerSettings = ServerSettings(),
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let server = application(settings).server(on: .hostname("127.0.0.1", port: 0)) { port in
            if let port { announce.yield(port) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await server.run()
            }
            guard let port = await ports.first(where: { _ in true }) else { return try await group.waitForAll() }
            defer { group.cancelAll() }
            try await body(port)
        }
    }

    /// A replica that does not run yet.
    package var application: HubApplication { application() }

    /// A replica that does not run yet, and meets the network so.
    package func application(_ settings: ServerSettings = ServerSettings()) -> HubApplication {
        let time = self.time
        return HubApplication(
            store: store,
            events: events,
            metrics: metrics,
            logger: Self.silent,
            settings: settings,
            clock: { time.now }
        )
    }

    package var now: UnixTime { time.now }

    package func advance(by duration: Duration) { time.advance(by: duration) }

    /// The database behind the hub, for who gets at it past the hub.
    package var configuration: PostgresConfiguration { database.configuration }

    /// Commits documents without going through HTTP.
    @discardableResult
    package func commit(put: [Document] = [], delete: [DocumentID] = []) async throws -> Int64 {
        try await store.commit(Commit(message: "test", author: "alice", put: put, delete: delete)).revision
    }

    /// A token of nobody, as a machine has.
    package func token(
        _ name: String,
        _ grant: Grant,
        lifetime: Duration = NewAPIToken.standardLifetime
    ) async throws -> String {
        try await store.createAPIToken(NewAPIToken(name: name, scope: .grant(grant), lifetime: lifetime)).text
    }

    /// Looks how the clusters stand, as the hub does all the time.
    package func watchFleet() async { await watch.look() }

    /// Publishes every bundle that is not out yet.
    package func publish() async throws { try await publisher.publishOnce() }

    /// Brings every open rollout as far as it goes.
    package func moveRollouts() async throws {
        let time = self.time
        // As by a hub that has listened for ever.
        let since = UnixTime(seconds: 0)
        try await Rollouts(store: store, clock: { time.now }, listeningSince: since).stepAll()
    }

    /// Signs anew whatever is due.
    @discardableResult
    package func renew() async throws -> Int { try await publisher.renewOnce() }

    /// The fleet's first root of trust.
    package var root: [UInt8] { trust.root }

    /// Runs `body` while nothing can be read of the clusters, so that every request for them waits.
    package func withClustersLocked(
        isolation: isolated (any _Concurrency.Actor)? = #isolation,
        _ body: () async throws -> Void
    ) async throws {
        let connection = try await PostgresConnection.connect(database.configuration, logger: Self.silent)
        // Not as one unit of work, at whose end the transaction would end as well.
        _ = try await connection.query("BEGIN")
        _ = try await connection.query("LOCK TABLE clusters IN ACCESS EXCLUSIVE MODE")
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        _ = try await connection.query("ROLLBACK")
        try result.get()
    }

    /// From now on the database does not answer.
    package func loseDatabase() async { await database.pool.close() }

    private static let silent = Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension Document {
    package static func team(_ name: String, scope: Scope = .platform, spec: JSONValue = [:]) -> Document {
        Document(id: DocumentID(kind: .team, scope: scope, name: name), spec: spec)
    }

    package static func service(_ name: String, team: String, port: JSONValue = 80) -> Document {
        Document(
            id: DocumentID(kind: .service, team: team, name: name),
            spec: ["port": port, "predeployed": "service", "exposure": ["type": "cluster"]]
        )
    }

    package static func pullSecret(password: String) -> Document {
        Document(
            id: DocumentID(kind: .settings, name: "otomi"),
            spec: [
                "globalPullSecret": [
                    "server": "registry.example.com", "username": "puller", "password": .string(password),
                    "email": "a@example.com",
                ]
            ]
        )
    }
}
