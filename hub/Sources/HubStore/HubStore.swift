package import Concurrency
import JSON
package import Logging
import Migrations
package import Postgres

/// Everything the hub knows, in PostgreSQL.
///
/// Each operation is one transaction. A value returned is durable: it was committed before. The methods are in one file
/// per concern: commits and documents in `Revisions`, clusters and their reports in `Clusters`, what agents fetch in
/// `Bundles`, tokens in `Access`.
package struct HubStore: Sendable {
    package let pool: PostgresPool
    let cipher: SecretCipher
    let passwords: PasswordHasher
    let clock: WallClock
    private let chosen: Actor?
    /// On whose behalf its operations run.
    var actor: Actor { chosen ?? Actor.ambient ?? .hub }
    /// What is demanded of agents' identities.
    package var agentPolicy = AgentPolicy()

    /// - Parameters:
    ///   - pool: connections to a database whose schema is migrated (`HubStore.migrate`).
    ///   - cipher: what seals secret leaves and signing keys.
    ///   - passwords: what computes the hashes of passwords.
    ///   - clock: where the time comes from.
    init(pool: PostgresPool, cipher: SecretCipher, passwords: PasswordHasher, clock: @escaping WallClock) {
        self.pool = pool
        self.cipher = cipher
        self.passwords = passwords
        self.clock = clock
        chosen = nil
    }

    private init(_ store: HubStore, actor: Actor) {
        pool = store.pool
        cipher = store.cipher
        passwords = store.passwords
        clock = store.clock
        agentPolicy = store.agentPolicy
        chosen = actor
    }

    /// The same store, used on behalf of `actor`.
    package func acting(as actor: Actor) -> HubStore { HubStore(self, actor: actor) }

    /// The same store before rows of all teams, on behalf of the same actor: for code that chooses itself what they see.
    package var unbound: HubStore { acting(as: actor.unbound) }

    /// Brings the schema to where this program needs it.
    ///
    /// - Throws: `StoreError` when the database cannot be reached or has diverged.
    package static func migrate(_ pool: PostgresPool, logger: Logger) async throws {
        let steps = Migrations.all.map { Migration(version: $0.version, name: $0.name, sql: $0.sql) }
        do { try await MigrationRunner(steps, logger: logger).apply(to: pool) } catch let error as PostgresError {
            throw StoreError(error, "the schema cannot be migrated")
        }
    }

    /// Opens the store on a migrated database; makes the first data key when there is none yet.
    ///
    /// - Throws: `StoreError.Code.undecipherable` when the database's data keys were wrapped by another key.
    package static func open(
        pool: PostgresPool,
        keyEncryptionKey: KeyEncryptionKey,
        passwords: PasswordHasher = .standard(),
        clock: @escaping WallClock = UnixTime.now
    ) async throws -> HubStore {
        let keys = try await keyEncryptionKey.patiently {
            try await DataKeys.readOrCreate(pool, under: keyEncryptionKey, now: clock())
        }
        try await checkTeamRole(pool)
        return HubStore(
            pool: pool,
            cipher: SecretCipher(ring: KeyRing(keys, under: keyEncryptionKey)),
            passwords: passwords,
            clock: clock
        )
    }

    /// A database that was restored from a dump has the policies for teams, and perhaps not the role.
    private static func checkTeamRole(_ pool: PostgresPool) async throws {
        do {
            _ = try await pool.withTransaction(name: "store.open") { connection in
                try connection.query("SET LOCAL ROLE otomi_team")
            }
        } catch let error as PostgresError {
            throw StoreError(
                error,
                "the hub may not act as the role otomi_team: as an administrator of the server, run "
                    + "CREATE ROLE otomi_team NOLOGIN and GRANT otomi_team TO the hub's role"
            )
        }
    }

    /// Asks the database whether it answers; for readiness, never for liveness.
    ///
    /// - Throws: `StoreError.Code.unavailable` when it does not.
    package func ping() async throws {
        _ = try await read("the database does not answer") { connection in try connection.query("SELECT 1").count }
    }
}

extension HubStore {
    /// One or more statements that only read, on one connection.
    func read<Value: Sendable>(
        _ failure: String,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await attempt(failure) { try await bound("store.read", body) }
    }

    /// A transaction that writes, and says what of it the audit log tells.
    @discardableResult
    func write<Value: Sendable>(
        _ name: String,
        _ failure: String,
        audit: AuditPlan<Value>,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        let teams = actor.teams
        return try await attempt(failure) {
            try await pool.withTransaction(name: name) { connection in
                try connection.pipeline(TeamRows.bind(to: teams))
                let value = try body(connection)
                try connection.pipeline(TeamRows.unbind(teams))
                try append(audit.entries(value), on: connection)
                return value
            }
        }
    }

    /// A single statement that writes and commits by itself; `notAudited` says why the audit log does not tell of it.
    @discardableResult
    func writeOne<Value: Sendable>(
        _ failure: String,
        notAudited: StaticString,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await attempt(failure) { try await bound("store.write", body) }
    }

    /// Runs `work`; once more with the keys read anew when it met a data key that another replica has made or dropped.
    private func attempt<Value>(_ failure: String, _ work: () async throws -> Value) async throws -> Value {
        do {
            do { return try await work() } catch let error as StoreError where error.code == .unknownDataKey {
                try await readDataKeys()
                return try await work()
            }
        } catch let error as PostgresError {
            throw StoreError(error, failure)
        }
    }

    /// Runs `body` before the rows that the actor may see: all of them, without a transaction, or those of some teams.
    private func bound<Value: Sendable>(
        _ name: String,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        guard let teams = actor.teams else { return try await pool.withConnection(body) }
        return try await pool.withTransaction(name: name) { connection in
            try connection.pipeline(TeamRows.bind(to: teams))
            return try body(connection)
        }
    }
}

/// The channels that changes are announced on; payloads are hints.
enum Channel {
    /// A new revision; its number.
    static let revision = "otomi_revision"
    /// A cluster was added, enrolled, changed or removed; its id.
    static let cluster = "otomi_cluster"
    /// A cluster's timestamp is newer; its id.
    static let bundle = "otomi_bundle"
    /// A cluster's report says something new; its id.
    static let report = "otomi_report"
    /// A new root of trust; its version.
    static let root = "otomi_root"
    /// A data key was made or dropped; its number.
    static let dataKeys = "otomi_data_keys"

    /// Somebody lost, or was given, access; nothing.
    static let access = "otomi_access"

    /// Something happened; nothing.
    static let event = "otomi_event"
    /// The Git mirror was set up, or is to be looked at; nothing.
    static let git = "otomi_git"

    /// A rollout stands otherwise; its number.
    static let rollout = "otomi_rollout"

    static let all = [revision, cluster, bundle, report, root, dataKeys, access, event, git, rollout]
}
