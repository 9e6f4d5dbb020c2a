import Bundles
import Concurrency
import HubRollouts
import HubStore
import JSON
import Logging
import Postgres
import PostgresTestSupport
import Synchronization
import Testing
import Values

/// Rollouts on a database of their own, over clusters whose agents say what a test wants, by a clock that it moves.
final class RolloutScene: Sendable {
    let store: HubStore
    let rollouts: Rollouts
    let database: TestDatabase
    let logger = TestServer.logger
    private let clock: ClockBox
    private let sequences = Mutex<[String: Int64]>([:])

    private init(_ database: TestDatabase) async throws {
        self.database = database
        let clock = ClockBox()
        store = try await HubStore.open(
            pool: database.pool,
            keyEncryptionKey: try KeyEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: { clock.now }
        )
        rollouts = Rollouts(store: store, clock: { clock.now })
        self.clock = clock
    }

    static func with(_ body: @Sendable (RolloutScene) async throws -> Void) async throws {
        try await TestDatabase.with { database in try await body(try await RolloutScene(database)) }
    }

    /// Another replica on the same database.
    func replica() async throws -> Rollouts {
        let store = try await HubStore.open(
            pool: database.pool,
            keyEncryptionKey: try KeyEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: { [clock] in clock.now }
        )
        return Rollouts(store: store, clock: { [clock] in clock.now })
    }

    var now: UnixTime { clock.now }

    /// Time passes, in which every agent but the silent ones is heard of.
    func advance(_ seconds: Int64, silent: [String] = []) async throws {
        let ids = try await store.allClusters().filter { $0.agent != nil && !silent.contains($0.name) }.map(\.id)
        // Heard of before the time comes: whoever looks in between must not find them silent.
        let then = now + .seconds(seconds)
        try await store.touch(Dictionary(uniqueKeysWithValues: ids.map { ($0, then) }))
        clock.advance(seconds)
    }

    /// Adds clusters, each with an agent.
    func add(_ names: String..., labels: [String: String] = [:]) async throws {
        for name in names {
            let (_, token) = try await store.addCluster(NewCluster(name: name, provider: "aws", labels: labels))
            _ = try await store.enrol(
                Enrolment(
                    token: token.text,
                    clusterUID: "uid-\(name)",
                    publicKey: SigningKey().publicKey,
                    sealingKey: SealingKeyPair().publicKey,
                    bootID: "boot",
                    agentVersion: "1",
                    kubernetesVersion: "1.33"
                )
            )
        }
        try await advance(0)
    }

    /// A revision that differs everywhere, or on the clusters where a team of that placement lives.
    @discardableResult
    func commit(
        _ value: String,
        on clusters: [String]? = nil,
        movement: Commit.Movement = .byPolicy
    ) async throws -> CommitResult {
        var spec: JSONValue = ["resourceQuota": ["pods": .string(value)]]
        if let clusters { spec["placement"] = ["clusters": clusters.json] }
        let id = DocumentID(kind: .team, name: clusters.map { "t-" + $0.joined(separator: "-") } ?? "demo")
        return try await store.commit(
            Commit(
                message: "quota \(value)",
                author: "alice",
                put: [Document(id: id, spec: spec)],
                movement: movement
            )
        )
    }

    func step() async throws { try await rollouts.stepAll() }

    /// Every cluster runs what it should, and its agent says how it is.
    func settle(_ state: String = "inSync", only names: [String]? = nil) async throws {
        for cluster in try await store.allClusters() where names?.contains(cluster.name) ?? true {
            try await database.pool.withConnection { connection in
                _ = try connection.query(
                    """
                    UPDATE clusters SET published_revision = desired_revision,
                        generation = generation + CASE WHEN published_revision IS DISTINCT FROM desired_revision
                            THEN 1 ELSE 0 END
                    WHERE id = \(cluster.id)
                    """
                )
            }
            let current = try await store.cluster(named: cluster.name)
            let sequence = sequences.withLock { sequences in
                sequences[cluster.id, default: 0] += 1
                return sequences[cluster.id, default: 0]
            }
            let report = AgentReport(
                bootID: "boot",
                sequence: sequence,
                generation: current.generation,
                revision: current.desiredRevision,
                state: state,
                body: [
                    "state": .string(state), "layers": [],
                    "notReady": [["kind": "Deployment", "namespace": "team-demo", "name": "web", "reason": "NoImage"]],
                ]
            )
            _ = try await store.record(report, clusterID: cluster.id)
        }
    }

    /// What each cluster should run.
    func desired() async throws -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: try await store.allClusters().map { ($0.name, $0.desiredRevision) })
    }

    func places(_ number: Int64) async throws -> [String: RolloutPlace.State] {
        Dictionary(
            uniqueKeysWithValues: try await store.rolloutPlaces(of: number).items.map { ($0.cluster, $0.state) }
        )
    }

    func state(_ number: Int64) async throws -> Rollout.State { try await store.rollout(number).rollout.state }
}

/// A clock that a test moves.
private final class ClockBox: Sendable {
    private let time = Mutex(UnixTime(seconds: 1_795_348_800))

    var now: UnixTime { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 = $0 + .seconds(seconds) } }
}
