import Bundles
import Concurrency
import Postgres
import Values

/// An enrolment that is refused, and what is to be seen of it later.
private struct EnrolmentRefusal: Error {
    let error: StoreError
    let event: SecurityEvent?
}

extension HubStore {
    /// Lets an agent in for the cluster that its token was made for.
    ///
    /// The first use binds the token to the agent's key. The same key may ask again, for its first answer may have been
    /// lost on the way; any other key is refused, and a security event says so.
    ///
    /// - Throws: `StoreError.Code.tokenUnknown`, `.tokenExpired`, `.tokenUsed`, `.wrongCluster`, `.invalid`, `.revoked`;
    ///   `.approvalPending` while an operator has not decided.
    package func enrol(_ enrolment: Enrolment) async throws -> AgentIdentity {
        // A refusal is committed with its event, and thrown after that.
        let result = try await write(
            "store.enrol",
            "the agent was not enrolled",
            audit: AuditPlan<Result<AgentIdentity, StoreError>> { result in
                guard case .success(let agent) = result else { return [] }
                return [AuditEntry(named: "enrolAgent", "cluster \(agent.cluster)", detail: "key \(agent.keyID)")]
            }
        ) {
            connection -> Result<AgentIdentity, StoreError> in
            do { return .success(try admit(enrolment, on: connection)) } catch let refusal as EnrolmentRefusal {
                if let event = refusal.event { try insert(event, on: connection) }
                return .failure(refusal.error)
            }
        }
        return try result.get()
    }

    private func admit(_ enrolment: Enrolment, on connection: isolated PostgresConnection) throws -> AgentIdentity {
        let key = enrolment.publicKey
        let found = try connection.query(
            """
            SELECT t.cluster_id, c.name, t.expires_at, t.used_by, c.requires_approval, a.public_key, a.sealing_key,
                a.cluster_uid, q.public_key AS candidate_key, q.cluster_uid AS candidate_uid
            FROM enrolment_tokens t JOIN clusters c ON c.id = t.cluster_id
            LEFT JOIN agents a ON a.cluster_id = t.cluster_id
            LEFT JOIN admission_requests q ON q.cluster_id = t.cluster_id AND q.kind = 'enrolment'
            WHERE t.token_hash = \(Self.hash(enrolment.token))
            FOR UPDATE OF t, c
            """
        )
        guard let row = found.first else {
            let error = StoreError(.tokenUnknown, "this token is not known, or was replaced: issue a new one")
            throw EnrolmentRefusal(error: error, event: nil)
        }
        let cluster = EnrolledCluster(id: try row.get("cluster_id"), name: try row.get("name"))
        let (known, candidate) = (
            try row.get("public_key", as: [UInt8]?.self), try row.get("candidate_key", as: [UInt8]?.self)
        )
        if let stated = enrolment.cluster, stated != cluster.name {
            throw refusal(
                .wrongCluster,
                "the token is for cluster '\(cluster.name)', and the agent asks to be '\(stated)'",
                .wrongCluster,
                enrolment,
                cluster
            )
        }
        if let user = try row.get("used_by", as: [UInt8]?.self) {
            guard user == key.bytes else {
                throw refusal(
                    .tokenUsed,
                    "the token of cluster '\(cluster.name)' was used by another agent: issue a new one",
                    .tokenReused,
                    enrolment,
                    cluster
                )
            }
            let uid: String? =
                known == key.bytes
                ? try row.get("cluster_uid") : candidate == key.bytes ? try row.get("candidate_uid") : nil
            guard uid == enrolment.clusterUID else {
                throw refusal(
                    .wrongCluster,
                    "cluster '\(cluster.name)' was enrolled with another kube-system namespace: issue a new token for "
                        + "this one",
                    .wrongCluster,
                    enrolment,
                    cluster
                )
            }
            // Whoever repeats an enrolment repeats all of it: secrets are not sealed to another key for a used token.
            if known == key.bytes, try row.get("sealing_key", as: [UInt8].self) != enrolment.sealingKey.bytes {
                throw refusal(
                    .tokenUsed,
                    "the token of cluster '\(cluster.name)' was used with another sealing key: issue a new one",
                    .tokenReused,
                    enrolment,
                    cluster
                )
            }
        } else if try row.get("expires_at", as: UnixTime.self) <= clock() {
            throw refusal(
                .tokenExpired,
                "the token of cluster '\(cluster.name)' has expired: issue a new one",
                .tokenExpired,
                enrolment,
                cluster
            )
        }
        try check(key, enrolment.sealingKey, enrolment, cluster, on: connection)
        if try row.get("requires_approval"), known != key.bytes {
            try ask(.enrolment, enrolment, of: cluster, on: connection)
            let command = "otomi cluster approve \(cluster.name) --fingerprint \(key.keyID)"
            let error = StoreError(.approvalPending, "cluster '\(cluster.name)' waits for an operator: \(command)")
            throw EnrolmentRefusal(error: error, event: nil)
        }
        try bind(enrolment, to: cluster, on: connection)
        let record = try clusterRecord("c.id = \(cluster.id)", on: connection)
        return try (record?.agent).orNotFound("the agent of cluster '\(cluster.name)'")
    }

    /// No key is used for two purposes, by two clusters, or again after it was revoked.
    private func check(
        _ key: PublicKey,
        _ sealingKey: SealingPublicKey,
        _ enrolment: Enrolment,
        _ cluster: EnrolledCluster,
        on connection: isolated PostgresConnection
    ) throws {
        do { try checkKeys(key, sealingKey, of: cluster.id, on: connection) } catch let error as StoreError {
            let kind: SecurityEvent.Kind = error.code == .revoked ? .revokedKeyUsed : .wrongCluster
            throw refusal(error.code, error.message, kind, enrolment, cluster)
        }
    }

    private func refusal(
        _ code: StoreError.Code,
        _ message: String,
        _ kind: SecurityEvent.Kind,
        _ enrolment: Enrolment,
        _ cluster: EnrolledCluster
    ) -> EnrolmentRefusal {
        EnrolmentRefusal(
            error: StoreError(code, message),
            event: SecurityEvent(
                kind,
                subject: cluster.name,
                clusterID: cluster.id,
                address: enrolment.address,
                detail: "An enrolment with key \(enrolment.publicKey.keyID) was refused: \(message)"
            )
        )
    }

    /// Makes the agent the cluster's.
    ///
    /// A cluster with another kube-system namespace is another cluster: of what the one before said nothing is kept. Without
    /// `usesToken` a token that was issued meanwhile, for another agent, stays unused.
    func bind(
        _ enrolment: Enrolment,
        to cluster: EnrolledCluster,
        usesToken: Bool = true,
        on connection: isolated PostgresConnection
    ) throws {
        let (id, now, key) = (cluster.id, clock(), enrolment.publicKey)
        let uid = try connection.query("SELECT cluster_uid FROM agents WHERE cluster_id = \(id)").first?
            .get(0, as: String.self)
        if let uid, uid != enrolment.clusterUID {
            try forget(cluster, uid: uid, for: enrolment, on: connection)
        }
        try connection.pipeline([
            """
            UPDATE enrolment_tokens SET used_at = coalesce(used_at, \(now)), used_by = \(key.bytes)
            WHERE cluster_id = \(id) AND (\(usesToken) OR used_by = \(key.bytes))
            """,
            "DELETE FROM admission_requests WHERE cluster_id = \(id)",
            // Only keys that are new change the bundle: its secrets are sealed to them. An agent that keeps its signing
            // key stays in quarantine, for that key is what two have.
            """
            UPDATE clusters c SET revoked_at = NULL, input_version = input_version + 1, quarantined_at = CASE
                WHEN EXISTS (SELECT FROM agents a WHERE a.cluster_id = c.id AND a.public_key = \(key.bytes))
                THEN c.quarantined_at END
            WHERE id = \(id) AND NOT EXISTS (
                SELECT FROM agents a WHERE a.cluster_id = c.id AND a.sealing_key = \(enrolment.sealingKey.bytes)
                    AND a.public_key = \(key.bytes) AND c.revoked_at IS NULL
            )
            """,
            // An agent with another key is another agent, with boots of its own.
            "DELETE FROM agents WHERE cluster_id = \(id) AND public_key <> \(key.bytes)",
            """
            INSERT INTO agents (cluster_id, key_id, public_key, sealing_key, cluster_uid, enrolled_at, boot_id,
                boot_address, agent_version, kubernetes_version)
            VALUES (\(id), \(key.keyID), \(key.bytes), \(enrolment.sealingKey.bytes), \(enrolment.clusterUID), \(now),
                \(enrolment.bootID), \(enrolment.address ?? ""), \(enrolment.agentVersion),
                \(enrolment.kubernetesVersion))
            ON CONFLICT (cluster_id) DO UPDATE SET sealing_key = excluded.sealing_key,
                cluster_uid = excluded.cluster_uid, agent_version = excluded.agent_version, kubernetes_version = excluded.kubernetes_version
            """,
            """
            INSERT INTO agent_sightings (cluster_id, last_seen) VALUES (\(id), \(now))
            ON CONFLICT (cluster_id) DO UPDATE SET last_seen = excluded.last_seen
            """,
            "SELECT pg_notify(\(Channel.cluster), \(id))",
        ])
    }

    private func forget(
        _ cluster: EnrolledCluster,
        uid: String,
        for enrolment: Enrolment,
        on connection: isolated PostgresConnection
    ) throws {
        try connection.pipeline([
            "DELETE FROM cluster_reports WHERE cluster_id = \(cluster.id)",
            "DELETE FROM cluster_objects WHERE cluster_id = \(cluster.id)",
            "DELETE FROM agent_sightings WHERE cluster_id = \(cluster.id)",
            """
            UPDATE clusters SET confirmed_generation = NULL, confirmed_deletions = NULL, confirmed_by = NULL,
                confirmed_at = NULL, confirmed_after = NULL
            WHERE id = \(cluster.id)
            """,
        ])
        try insert(
            SecurityEvent(
                .clusterReplaced,
                subject: cluster.name,
                clusterID: cluster.id,
                address: enrolment.address,
                detail: "Another cluster took its place: kube-system has the uid \(enrolment.clusterUID), before \(uid)"
            ),
            on: connection
        )
    }
}

/// The cluster that an agent is or wants to be.
struct EnrolledCluster: Hashable, Sendable {
    let id: String
    let name: String
}
