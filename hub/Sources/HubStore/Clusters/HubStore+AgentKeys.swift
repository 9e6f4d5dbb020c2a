import Values
package import Bundles
package import Concurrency
import Postgres

extension HubStore {
    /// The agent that signs with that key, revoked ones too; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    package func agent(keyID: String) async throws -> AgentIdentity? { try await knownAgent(keyID: keyID)?.identity }

    /// The agent that signs with that key, or did until a moment ago, and how far the key is good.
    ///
    /// The identity is the one of that key, whichever of the two it is.
    ///
    /// - Throws: `StoreError`.
    package func knownAgent(keyID: String) async throws -> KnownAgent? { try await knownAgents(keyIDs: [keyID])[keyID] }

    /// The same for many keys, by these keys; what no agent signs with is left out.
    ///
    /// - Throws: `StoreError`.
    package func knownAgents(keyIDs: Set<String>) async throws -> [String: KnownAgent] {
        let now = clock()
        let oldest = now - agentPolicy.keyLifetime
        let keyIDs = Array(keyIDs)
        return try await read("the agents with keys such as \(keyIDs.first ?? "none") cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT c.id, c.name, c.revoked_at, a.signs_with AS key_id, a.verifies AS public_key, a.sealing_key, a.cluster_uid,
                    a.enrolled_at, a.keys_since, a.rotation_asked_at, a.boot_since, a.boot_id, c.quarantined_at,
                    coalesce(s.last_seen, a.enrolled_at) < \(oldest) AS is_expired, c.timestamp_version,
                    (SELECT coalesce(max(version), 0) FROM root_metadata) AS root
                FROM unnest(\(keyIDs)) AS t (key_id) CROSS JOIN LATERAL (
                    SELECT *, key_id AS signs_with, public_key AS verifies FROM agents WHERE key_id = t.key_id
                    UNION ALL
                    SELECT *, previous_key_id, previous_public_key FROM agents
                    WHERE previous_key_id = t.key_id AND previous_until > \(now)
                ) a JOIN clusters c ON c.id = a.cluster_id
                LEFT JOIN agent_sightings s ON s.cluster_id = c.id
                """
            )
            var agents: [String: KnownAgent] = [:]
            for row in rows {
                guard let agent = try KnownAgent(row: row) else { continue }
                agents[agent.identity.keyID] = agents[agent.identity.keyID] ?? agent
            }
            return agents
        }
    }

    /// The timestamps of agents' clusters, for requests that were let in before and are held open.
    ///
    /// - Parameters:
    ///   - agents: by the keys that they signed with.
    ///   - file: the name of the timestamp file.
    /// - Returns: for each of them the file, if there is one, the version of the newest root, and whether the agent would be
    ///   let in now.
    /// - Throws: `StoreError`.
    package func heldTimestamps(of agents: Set<AgentKey>, file: String) async throws -> [AgentKey: HeldTimestamp] {
        let now = clock()
        let agents = Array(agents)
        let clusters = agents.map(\.clusterID)
        let keys = agents.map(\.keyID)
        return try await read("\(file) of cluster \(clusters.first ?? "none") cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT t.cluster_id, t.key_id, m.bytes, coalesce(c.timestamp_version, 0) AS version,
                    (SELECT coalesce(max(version), 0) FROM root_metadata) AS root,
                    c.id IS NOT NULL AND c.revoked_at IS NULL AND c.quarantined_at IS NULL AND (a.key_id = t.key_id
                        OR (a.previous_key_id = t.key_id AND a.previous_until > \(now))) IS TRUE AS is_admitted
                FROM unnest(\(clusters), \(keys)) AS t (cluster_id, key_id)
                LEFT JOIN clusters c ON c.id = t.cluster_id
                LEFT JOIN agents a ON a.cluster_id = t.cluster_id
                LEFT JOIN cluster_metadata m ON m.cluster_id = t.cluster_id AND m.file = \(file)
                """
            )
            var held: [AgentKey: HeldTimestamp] = [:]
            for row in rows {
                let agent = AgentKey(clusterID: try row.get("cluster_id"), keyID: try row.get("key_id"))
                held[agent] = HeldTimestamp(
                    bytes: try row.get("bytes"),
                    versions: MetadataVersions(timestamp: try row.get("version"), root: try row.get("root")),
                    isAdmitted: try row.get("is_admitted")
                )
            }
            return held
        }
    }

    /// Uses a nonce up, on every replica; `false` when it was used before.
    ///
    /// For requests that change an identity: there are few, and none of them must happen twice.
    ///
    /// - Throws: `StoreError`.
    package func spend(nonce: String, keyID: String, until expiresAt: UnixTime) async throws -> Bool {
        let now = clock()
        return try await write(
            "store.nonce",
            "the request cannot be told from a repeated one",
            audit: .notAudited("tells repeated requests apart")
        ) { connection in
            try connection.query("DELETE FROM identity_nonces WHERE expires_at < \(now)")
            return try connection.query(
                """
                INSERT INTO identity_nonces (key_id, nonce, expires_at) VALUES (\(keyID), \(nonce), \(expiresAt))
                ON CONFLICT DO NOTHING
                """
            ).affected == 1
        }
    }

    // MARK: - Rotation

    /// Replaces an agent's keys; the old one counts a little longer.
    ///
    /// - Throws: `StoreError.Code.stale` when the old key does not count any more, `.revoked`, `.invalid` or
    ///   `.wrongCluster` when the new keys cannot be taken.
    package func rotateKey(
        of clusterID: String,
        from oldKeyID: String,
        to publicKey: PublicKey,
        sealingKey: SealingPublicKey
    ) async throws -> AgentIdentity {
        try await write(
            "store.agent.rotate",
            "the agent's key was not replaced",
            audit: .entries {
                [AuditEntry(named: "rotateAgentKey", "cluster \($0.cluster)", detail: "key \($0.keyID)")]
            }
        ) { connection in
            try replaceKey(of: clusterID, from: oldKeyID, to: publicKey, sealingKey, on: connection)
        }
    }

    func replaceKey(
        of clusterID: String,
        from oldKeyID: String,
        to publicKey: PublicKey,
        _ sealingKey: SealingPublicKey,
        on connection: isolated PostgresConnection
    ) throws -> AgentIdentity {
        let now = clock()
        try checkKeys(publicKey, sealingKey, of: clusterID, on: connection)
        guard publicKey.keyID != oldKeyID else {
            throw StoreError(.invalid, "the new key is the old one: make another")
        }
        let isRevoked = try connection.query(
            "SELECT revoked_at IS NOT NULL FROM clusters WHERE id = \(clusterID) FOR UPDATE"
        ).first.orNotFound("cluster \(clusterID)").get(0, as: Bool.self)
        guard !isRevoked else { throw StoreError(.revoked, "the cluster is revoked: enrol again with a new token") }
        let changed = try connection.query(
            """
            UPDATE agents SET previous_key_id = key_id, previous_public_key = public_key,
                previous_until = \(now + agentPolicy.keyOverlap), key_id = \(publicKey.keyID),
                public_key = \(publicKey.bytes), sealing_key = \(sealingKey.bytes), keys_since = \(now),
                rotation_asked_at = NULL
            WHERE cluster_id = \(clusterID) AND key_id = \(oldKeyID)
            """
        ).affected
        if changed == 0 {
            // The answer to the first request was lost; the same keys are asked for again.
            let isDone = try connection.query(
                """
                SELECT FROM agents WHERE cluster_id = \(clusterID) AND key_id = \(publicKey.keyID)
                    AND sealing_key = \(sealingKey.bytes) AND previous_key_id = \(oldKeyID)
                """
            )
            guard !isDone.isEmpty else {
                throw StoreError(
                    .stale,
                    "key \(oldKeyID) is not the agent's key any more: enrol again with a new token"
                )
            }
        } else {
            try connection.pipeline([
                // A token that was used answers to the key that is being replaced, and to its sealing key.
                "DELETE FROM enrolment_tokens WHERE cluster_id = \(clusterID) AND used_at IS NOT NULL",
                "DELETE FROM admission_requests WHERE cluster_id = \(clusterID)",
                """
                UPDATE clusters SET input_version = input_version + 1 WHERE id = \(clusterID)
                RETURNING pg_notify(\(Channel.cluster), id)
                """,
            ])
        }
        let cluster = try clusterRecord("c.id = \(clusterID)", on: connection)
        return try (cluster?.agent).orNotFound("the agent of cluster \(clusterID)")
    }

    /// Asks a cluster's agent for new keys, with the answer to its next report.
    ///
    /// - Throws: `StoreError.Code.notFound`, `.outdated` when it has no agent.
    package func askForRotation(ofCluster name: String) async throws -> ClusterRecord {
        let now = clock()
        return try await write(
            "store.agent.rotation",
            "cluster '\(name)' was not asked for new keys",
            audit: .entry(.rotateClusterKey, "cluster \(name)")
        ) { connection in
            let cluster = try clusterRecord("c.name = \(name)", on: connection).orNotFound("cluster '\(name)'")
            guard cluster.agent != nil, cluster.revokedAt == nil else {
                throw StoreError(.outdated, "cluster '\(name)' has no agent whose keys could be replaced")
            }
            try connection.query("UPDATE agents SET rotation_asked_at = \(now) WHERE cluster_id = \(cluster.id)")
            return try clusterRecord("c.id = \(cluster.id)", on: connection).orNotFound("cluster '\(name)'")
        }
    }

    /// No key is used for two purposes, by two clusters, or again after it was revoked.
    ///
    /// - Throws: `StoreError.Code.invalid`, `.wrongCluster`, `.revoked`.
    func checkKeys(
        _ key: PublicKey,
        _ sealingKey: SealingPublicKey,
        of clusterID: String,
        on connection: isolated PostgresConnection
    ) throws {
        guard key.bytes != sealingKey.bytes else {
            throw StoreError(.invalid, "the key that signs and the key that opens secrets must be two")
        }
        let answers = try connection.pipeline([
            "SELECT FROM revoked_keys WHERE key_id = \(key.keyID)",
            """
            SELECT FROM agents WHERE cluster_id <> \(clusterID)
                AND (\(key.keyID) IN (key_id, previous_key_id) OR sealing_key = \(sealingKey.bytes)) LIMIT 1
            """,
            """
            SELECT FROM admission_requests WHERE cluster_id <> \(clusterID)
                AND (key_id = \(key.keyID) OR sealing_key = \(sealingKey.bytes)) LIMIT 1
            """,
        ])
        guard answers[0].isEmpty else {
            throw StoreError(.revoked, "this key was revoked: remove the agent's state directory and enrol again")
        }
        guard answers[1].isEmpty, answers[2].isEmpty else {
            throw StoreError(
                .wrongCluster,
                "this agent's key belongs to another cluster already: give each agent a state directory of its own"
            )
        }
    }
}

extension KnownAgent {
    init?(row: PostgresRow) throws {
        guard let identity = try AgentIdentity(row: row) else { return nil }
        let hasSpoken = try row.get("boot_since", as: UnixTime?.self) != nil
        self.init(
            identity: identity,
            isExpired: try row.get("is_expired"),
            bootID: hasSpoken ? try row.get("boot_id") : nil,
            isQuarantined: try row.get("quarantined_at", as: UnixTime?.self) != nil,
            versions: MetadataVersions(timestamp: try row.get("timestamp_version"), root: try row.get("root"))
        )
    }
}
