import Bundles
import Concurrency
import HubStore
import JSON
import Logging
import Observability
import Postgres
import PostgresTestSupport
import Synchronization
import Testing
import Values

@testable import HubPublisher

/// A store on a database of its own, a publisher, and a clock that stands until it is moved.
final class TestHub: Sendable {
    let store: HubStore
    let pool: PostgresPool
    let events = StoreEvents()
    let trust: FleetTrust
    let publisher: Publisher
    private let time: SharedTime

    init(pool: PostgresPool) async throws {
        let time = SharedTime(UnixTime(seconds: 1_795_348_800))
        self.pool = pool
        store = try await HubStore.open(
            pool: pool,
            keyEncryptionKey: try KeyEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: { time.now }
        )
        self.time = time
        trust = try await FleetTrust.loadOrCreate(store, now: time.now)
        publisher = Self.publisher(store, events, trust, time)
    }

    /// Another replica of the hub on the same database.
    func replica() async throws -> Publisher {
        Self.publisher(store, events, try await FleetTrust.loadOrCreate(store, now: time.now), time)
    }

    var now: UnixTime { time.now }

    func advance(by duration: Duration) { time.advance(by: duration) }

    private static func publisher(
        _ store: HubStore,
        _ events: StoreEvents,
        _ trust: FleetTrust,
        _ time: SharedTime
    ) -> Publisher {
        Publisher(
            store: store,
            events: events,
            trust: trust,
            metrics: MetricsRegistry(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: { time.now }
        )
    }

    // MARK: - What people and agents do

    @discardableResult
    func commit(put: [Document] = [], delete: [DocumentID] = []) async throws -> Int64 {
        try await store.commit(Commit(message: "test", author: "alice", put: put, delete: delete)).revision
    }

    func add(_ name: String, provider: String = "aws") async throws -> (ClusterRecord, EnrolmentToken) {
        try await store.addCluster(NewCluster(name: name, provider: provider, region: "eu"))
    }

    /// A cluster whose agent has enrolled.
    func enrolled(_ name: String, provider: String = "aws") async throws -> TestAgent {
        let (cluster, token) = try await add(name, provider: provider)
        let agent = TestAgent(
            cluster: cluster.binding,
            key: SigningKey(),
            sealing: SealingKeyPair(),
            trust: try TrustedState(trusting: trust.root, cluster: cluster.binding)
        )
        _ = try await store.enrol(
            Enrolment(
                token: token.text,
                clusterUID: "uid-\(name)",
                publicKey: agent.key.publicKey,
                sealingKey: agent.sealing.publicKey,
                bootID: "boot",
                agentVersion: "1",
                kubernetesVersion: "1.30"
            )
        )
        return agent
    }
}

/// An agent as far as trust goes: it refreshes its metadata from the store by the client workflow.
struct TestAgent {
    let cluster: ClusterBinding
    let key: SigningKey
    var sealing: SealingKeyPair
    var trust: TrustedState

    /// Goes through one update and returns the bundle that is trusted after it.
    mutating func refresh(from hub: TestHub) async throws -> Bundle {
        var update = TrustUpdate(trust, now: hub.now.seconds)
        while true {
            switch update.next {
            case .root(let version, _):
                if let root = try await hub.store.root(version: version) {
                    try update.updateRoot(root)
                } else {
                    try update.rootsAreCurrent()
                }
            case .timestamp: _ = try update.updateTimestamp(try await file("timestamp.json", hub))
            case .snapshot(let version, _): try update.updateSnapshot(try await file("\(version).snapshot.json", hub))
            case .targets(let version, _): try update.updateTargets(try await file("\(version).targets.json", hub))
            case .delegated, .done:
                for layer in try #require(try update.state.bundle()).layers {
                    guard let content = try update.contentFile(for: layer) else { continue }
                    let bytes = try await file("\(content.version).\(content.role).json", hub)
                    // As the agent does: what is wrong with a team's file is the team's layer's matter alone.
                    _ = try? update.updateDelegated(content, bytes)
                }
                trust = update.state
                return try #require(try trust.bundle())
            }
        }
    }

    private func file(_ name: String, _ hub: TestHub) async throws -> [UInt8] {
        try #require(try await hub.store.metadata(clusterID: cluster.id, file: name), "\(name) is missing")
    }

    /// Fetches and verifies a layer of its bundle.
    func objects(of layer: LayerReference, from hub: TestHub) async throws -> [JSONValue] {
        let stored = try #require(try await hub.store.layer(layer.digest, clusterID: cluster.id))
        return try layer.objects(in: stored.bytes, openingWith: sealing, clusterID: cluster.id)
    }

    /// Every object of `bundle`, by layer.
    func objects(of bundle: Bundle, from hub: TestHub) async throws -> [String: [JSONValue]] {
        var objects: [String: [JSONValue]] = [:]
        for layer in bundle.layers { objects[layer.name] = try await self.objects(of: layer, from: hub) }
        return objects
    }
}

/// A clock that several parties read and a test moves.
final class SharedTime: Sendable {
    private let time: Mutex<UnixTime>

    init(_ time: UnixTime) {
        self.time = Mutex(time)
    }

    var now: UnixTime { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

extension Document {
    static func team(_ name: String, spec: JSONValue = [:]) -> Document {
        Document(id: DocumentID(kind: .team, name: name), spec: spec)
    }

    static func job(_ name: String, team: String, script: String = "echo hello", spec: JSONValue = [:]) -> Document {
        let job: JSONValue = [
            "type": "Job", "script": .string(script), "image": ["repository": "busybox", "tag": "1"],
        ]
        return Document(id: DocumentID(kind: .job, team: team, name: name), spec: job.merging(spec))
    }

    static func pullSecret(password: String) -> Document {
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

/// Runs `body` with a hub on a database of its own; `listening` also runs what wakes the publisher.
func withTestHub(listening: Bool = false, _ body: @Sendable (TestHub) async throws -> Void) async throws {
    try await TestDatabase.with { database in
        let hub = try await TestHub(pool: database.pool)
        guard listening else { return try await body(hub) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await hub.events.run(configuration: database.configuration, logger: TestServer.logger)
            }
            try await body(hub)
            group.cancelAll()
        }
    }
}
