package import Bundles
import Concurrency
import Crypto
import Postgres
import Values

extension HubStore {
    /// A new secret text of 256 random bits, for tokens.
    package static func makeToken() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return "otomi_" + Hexadecimal.encode(bytes)
    }

    static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Makes a new token for a cluster; an earlier one stops working.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func issueToken(
        cluster name: String,
        lifetime: Duration = .seconds(3600)
    ) async throws -> EnrolmentToken {
        let token = EnrolmentToken(text: Self.makeToken(), expiresAt: clock() + lifetime)
        try await write(
            "store.token.issue",
            "no token was made for cluster '\(name)'",
            audit: .entry(.issueClusterToken, "cluster \(name)", detail: "until \(token.expiresAt.rfc3339)")
        ) { connection in
            let found = try connection.query("SELECT id FROM clusters WHERE name = \(name)")
            try store(token, of: try found.first.orNotFound("cluster '\(name)'").get(0), on: connection)
        }
        return token
    }

    func store(_ token: EnrolmentToken, of clusterID: String, on connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            INSERT INTO enrolment_tokens (cluster_id, token_hash, expires_at)
            VALUES (\(clusterID), \(Self.hash(token.text)), \(token.expiresAt))
            ON CONFLICT (cluster_id) DO UPDATE
            SET token_hash = excluded.token_hash, expires_at = excluded.expires_at, used_at = NULL, used_by = NULL
            """
        )
    }

    /// Lets an agent in for the cluster that its token was made for.
    ///
    /// The first use binds the token to the agent's key. The same key may ask again, for its first answer may have been
    /// lost on the way; any other key is refused.
    ///
    /// - Throws: `StoreError.Code.tokenUnknown`, `.tokenExpired`, `.tokenUsed`, `.wrongCluster`, `.revoked`.
    package func enrol(_ enrolment: Enrolment) async throws -> AgentIdentity {
        let now = clock()
        return try await write(
            "store.enrol",
            "the agent was not enrolled",
            audit: AuditPlan<AgentIdentity> {
                [AuditEntry(named: "enrolAgent", "cluster \($0.cluster)", detail: "key \($0.keyID)")]
            }
        ) { connection in
            let found = try connection.query(
                """
                SELECT t.cluster_id, c.name, t.expires_at, t.used_by, a.cluster_uid
                FROM enrolment_tokens t JOIN clusters c ON c.id = t.cluster_id
                LEFT JOIN agents a ON a.cluster_id = t.cluster_id
                WHERE t.token_hash = \(Self.hash(enrolment.token))
                FOR UPDATE OF t, c
                """
            )
            guard let row = found.first else {
                throw StoreError(.tokenUnknown, "this token is not known, or was replaced: issue a new one")
            }
            let name: String = try row.get("name")
            if let user = try row.get("used_by", as: [UInt8]?.self) {
                guard user == enrolment.publicKey.bytes else {
                    throw StoreError(
                        .tokenUsed,
                        "the token of cluster '\(name)' was used by another agent: issue a new one"
                    )
                }
                guard try row.get("cluster_uid", as: String?.self) == enrolment.clusterUID else {
                    throw StoreError(
                        .wrongCluster,
                        "cluster '\(name)' was enrolled with another kube-system namespace: issue a new token for this one"
                    )
                }
            } else if try row.get("expires_at", as: UnixTime.self) <= now {
                throw StoreError(.tokenExpired, "the token of cluster '\(name)' has expired: issue a new one")
            }
            let id: String = try row.get("cluster_id")
            try bind(enrolment, to: id, now: now, on: connection)
            let cluster = try clusterRecord("c.id = \(id)", on: connection)
            return try (cluster?.agent).orNotFound("the agent of cluster '\(name)'")
        }
    }

    private func bind(
        _ enrolment: Enrolment,
        to id: String,
        now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        let key = enrolment.publicKey
        let batch: [SQL] = [
            """
            UPDATE enrolment_tokens SET used_at = coalesce(used_at, \(now)), used_by = \(key.bytes)
            WHERE cluster_id = \(id)
            """,
            // Only keys that are new change the bundle: its secrets are sealed to them.
            """
            UPDATE clusters c SET revoked_at = NULL, input_version = input_version + 1
            WHERE id = \(id) AND NOT EXISTS (
                SELECT FROM agents a WHERE a.cluster_id = c.id AND a.sealing_key = \(enrolment.sealingKey.bytes)
                    AND a.public_key = \(key.bytes) AND c.revoked_at IS NULL
            )
            """,
            """
            INSERT INTO agents (cluster_id, key_id, public_key, sealing_key, cluster_uid, enrolled_at, boot_id,
                agent_version, kubernetes_version)
            VALUES (\(id), \(key.keyID), \(key.bytes), \(enrolment.sealingKey.bytes), \(enrolment.clusterUID), \(now),
                \(enrolment.bootID), \(enrolment.agentVersion), \(enrolment.kubernetesVersion))
            ON CONFLICT (cluster_id) DO UPDATE SET key_id = excluded.key_id, public_key = excluded.public_key,
                sealing_key = excluded.sealing_key, cluster_uid = excluded.cluster_uid, boot_id = excluded.boot_id,
                agent_version = excluded.agent_version, kubernetes_version = excluded.kubernetes_version,
                enrolled_at = CASE WHEN agents.public_key = excluded.public_key THEN agents.enrolled_at
                    ELSE excluded.enrolled_at END
            """,
            """
            INSERT INTO agent_sightings (cluster_id, last_seen) VALUES (\(id), \(now))
            ON CONFLICT (cluster_id) DO UPDATE SET last_seen = excluded.last_seen
            """,
            "SELECT pg_notify(\(Channel.cluster), \(id))",
        ]
        do throws(PostgresError) { try connection.pipeline(batch) } catch {
            guard error.constraint == "agents_key_id_key" else { throw error }
            throw StoreError(
                .wrongCluster,
                "this agent's key belongs to another cluster already: give each agent a state directory of its own"
            )
        }
    }

    /// The agent that signs with that key, revoked ones too; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    package func agent(keyID: String) async throws -> AgentIdentity? {
        try await read("the agent with key \(keyID) cannot be read") { connection in
            try connection.query(
                """
                SELECT c.id, c.name, c.revoked_at, a.key_id, a.public_key, a.sealing_key, a.cluster_uid, a.enrolled_at
                FROM agents a JOIN clusters c ON c.id = a.cluster_id WHERE a.key_id = \(keyID)
                """
            ).first.flatMap(AgentIdentity.init(row:))
        }
    }

    /// Replaces an agent's keys.
    ///
    /// - Throws: `StoreError.Code.stale` when the old key does not count any more, `.revoked`.
    package func rotateKey(
        of clusterID: String,
        from oldKeyID: String,
        to publicKey: PublicKey,
        sealingKey: SealingPublicKey
    ) async throws -> AgentIdentity {
        try await write(
            "store.agent.rotate",
            "the agent's key was not replaced",
            audit: AuditPlan<AgentIdentity> {
                [AuditEntry(named: "rotateAgentKey", "cluster \($0.cluster)", detail: "key \($0.keyID)")]
            }
        ) { connection in
            let changed = try connection.query(
                """
                UPDATE agents SET key_id = \(publicKey.keyID), public_key = \(publicKey.bytes),
                    sealing_key = \(sealingKey.bytes)
                WHERE cluster_id = \(clusterID) AND key_id IN (\(oldKeyID), \(publicKey.keyID))
                """
            ).affected
            guard changed == 1 else {
                throw StoreError(
                    .stale,
                    "key \(oldKeyID) is not the agent's key any more: enrol again with a new token"
                )
            }
            // A token that was used answers to the key that is being replaced, and to its sealing key.
            try connection.query(
                "DELETE FROM enrolment_tokens WHERE cluster_id = \(clusterID) AND used_at IS NOT NULL"
            )
            let moved = try connection.query(
                """
                UPDATE clusters SET input_version = input_version + 1 WHERE id = \(clusterID) AND revoked_at IS NULL
                RETURNING pg_notify(\(Channel.cluster), id)
                """
            )
            guard !moved.isEmpty else {
                throw StoreError(.revoked, "the cluster is revoked: enrol again with a new token")
            }
            let cluster = try clusterRecord("c.id = \(clusterID)", on: connection)
            return try (cluster?.agent).orNotFound("the agent of cluster \(clusterID)")
        }
    }
}
