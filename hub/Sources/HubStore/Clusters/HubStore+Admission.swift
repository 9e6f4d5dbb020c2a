import Values
import Bundles
import Concurrency
import Postgres

extension HubStore {
    /// Notes an agent that must wait for an operator; it replaces another one that waits for the same cluster.
    ///
    /// The renewal of old keys does not replace an enrolment, which a new token was issued for, and a rejected one
    /// stays rejected with whichever new keys.
    func ask(
        _ kind: ClusterAdmission.Candidate.Kind,
        _ enrolment: Enrolment,
        of cluster: EnrolledCluster,
        on connection: isolated PostgresConnection
    ) throws {
        let (now, key) = (clock(), enrolment.publicKey)
        let address = enrolment.address ?? ""
        let isNew = try connection.query(
            """
            INSERT INTO admission_requests AS q (cluster_id, kind, key_id, public_key, sealing_key, cluster_uid, boot_id,
                agent_version, kubernetes_version, address, asked_at)
            VALUES (\(cluster.id), \(kind.rawValue), \(key.keyID), \(key.bytes), \(enrolment.sealingKey.bytes),
                \(enrolment.clusterUID), \(enrolment.bootID), \(enrolment.agentVersion),
                \(enrolment.kubernetesVersion), \(address), \(now))
            ON CONFLICT (cluster_id) DO UPDATE SET kind = excluded.kind, key_id = excluded.key_id,
                public_key = excluded.public_key, sealing_key = excluded.sealing_key,
                cluster_uid = excluded.cluster_uid, boot_id = excluded.boot_id,
                agent_version = excluded.agent_version, kubernetes_version = excluded.kubernetes_version,
                address = excluded.address, asked_at = excluded.asked_at,
                rejected_at = CASE WHEN excluded.kind = 'renewal' THEN q.rejected_at END
            WHERE (q.key_id <> excluded.key_id OR q.sealing_key <> excluded.sealing_key)
                AND NOT (q.kind = 'enrolment' AND excluded.kind = 'renewal')
            """
        ).affected
        if kind == .enrolment {
            try connection.query(
                """
                UPDATE enrolment_tokens SET used_at = coalesce(used_at, \(now)), used_by = \(key.bytes)
                WHERE cluster_id = \(cluster.id)
                """
            )
        }
        guard isNew > 0 else { return }
        try connection.query("SELECT pg_notify(\(Channel.cluster), \(cluster.id))")
        let what = kind == .enrolment ? "to enrol" : "to have its expired keys replaced"
        try insert(
            SecurityEvent(
                .approvalAsked,
                subject: cluster.name,
                clusterID: cluster.id,
                address: enrolment.address,
                detail: "An agent with key \(key.keyID) asks \(what)"
            ),
            on: connection
        )
    }

    /// Asks for new keys in place of ones that have grown too old; the keys are replaced at once when they have not.
    ///
    /// - Parameters:
    ///   - agent: who asks, by its old key.
    ///   - candidate: the new keys; its token is not looked at.
    /// - Returns: the agent with its new keys.
    /// - Throws: `StoreError.Code.approvalPending` while an operator has not decided, `.revoked` when one has said no,
    ///   `.wrongCluster` for another kube-system namespace; as `rotateKey` otherwise.
    package func renew(_ agent: AgentIdentity, _ candidate: Enrolment) async throws -> AgentIdentity {
        let isExpired = try await knownAgent(keyID: agent.keyID)?.isExpired ?? true
        let cluster = EnrolledCluster(id: agent.clusterID, name: agent.cluster)
        let result = try await write(
            "store.agent.renew",
            "the agent's keys were not renewed",
            audit: AuditPlan<Result<AgentIdentity, StoreError>> { result in
                guard case .success(let agent) = result else { return [] }
                return [AuditEntry(named: "renewAgentKey", "cluster \(agent.cluster)", detail: "key \(agent.keyID)")]
            }
        ) {
            connection -> Result<AgentIdentity, StoreError> in
            guard candidate.clusterUID == agent.clusterUID else {
                let error = StoreError(
                    .wrongCluster,
                    "cluster '\(cluster.name)' was enrolled with another kube-system namespace: it needs a new token"
                )
                try insert(
                    SecurityEvent(
                        .wrongCluster,
                        subject: cluster.name,
                        clusterID: cluster.id,
                        address: candidate.address,
                        detail: "The renewal of key \(agent.keyID) was refused: \(error.message)"
                    ),
                    on: connection
                )
                return .failure(error)
            }
            guard isExpired else {
                return .success(
                    try replaceKey(
                        of: cluster.id,
                        from: agent.keyID,
                        to: candidate.publicKey,
                        candidate.sealingKey,
                        on: connection
                    )
                )
            }
            try checkKeys(candidate.publicKey, candidate.sealingKey, of: cluster.id, on: connection)
            try ask(.renewal, candidate, of: cluster, on: connection)
            let isRejected = try connection.query(
                "SELECT rejected_at IS NOT NULL FROM admission_requests WHERE cluster_id = \(cluster.id)"
            ).first?.get(0, as: Bool.self)
            guard isRejected != true else {
                return .failure(StoreError(.revoked, "an operator rejected the renewal: enrol again with a new token"))
            }
            let command = "otomi cluster approve \(cluster.name) --fingerprint \(candidate.publicKey.keyID)"
            return .failure(
                StoreError(.approvalPending, "the keys of cluster '\(cluster.name)' have expired: \(command)")
            )
        }
        return try result.get()
    }

    // MARK: - Decisions

    /// Lets the agent in that waits, or ends a quarantine.
    ///
    /// - Parameters:
    ///   - name: the cluster.
    ///   - fingerprint: the id of the key that waits, as it was shown; `nil` to end a quarantine only.
    /// - Returns: the cluster after that.
    /// - Throws: `StoreError.Code.notFound`, `.outdated` when nothing waits, or another key.
    package func approveCluster(named name: String, fingerprint: String?) async throws -> ClusterRecord {
        try await write(
            "store.cluster.approve",
            "cluster '\(name)' was not approved",
            audit: .entry(
                .approveCluster,
                "cluster \(name)",
                detail: fingerprint.map { "key \($0)" } ?? "out of quarantine"
            )
        ) { connection in
            let (cluster, candidate) = try candidate(ofCluster: name, on: connection)
            if let candidate {
                guard fingerprint == candidate.publicKey.keyID else {
                    throw StoreError(
                        .outdated,
                        "the agent of cluster '\(name)' that waits has the key \(candidate.publicKey.keyID)"
                            + (fingerprint.map { ", not \($0)" } ?? "")
                    )
                }
                try admit(candidate, to: cluster, on: connection)
            } else {
                guard cluster.admission.quarantinedAt != nil || cluster.admission.clone != nil, fingerprint == nil
                else {
                    throw StoreError(.outdated, "nothing of cluster '\(name)' waits for approval")
                }
            }
            // Whoever approves has seen the alarm; it begins anew when two speak again.
            try connection.pipeline([
                """
                UPDATE agents SET clone_at = NULL, clone_boot_id = NULL, clone_address = NULL
                WHERE cluster_id = \(cluster.id)
                """,
                """
                UPDATE clusters SET quarantined_at = NULL WHERE id = \(cluster.id)
                RETURNING pg_notify(\(Channel.cluster), id)
                """,
            ])
            return try clusterRecord("c.id = \(cluster.id)", on: connection).orNotFound("cluster '\(name)'")
        }
    }

    private func admit(
        _ candidate: Enrolment,
        to cluster: ClusterRecord,
        on connection: isolated PostgresConnection
    ) throws {
        guard cluster.admission.candidate?.kind == .renewal, let agent = cluster.agent else {
            let enrolled = EnrolledCluster(id: cluster.id, name: cluster.name)
            try bind(candidate, to: enrolled, usesToken: false, on: connection)
            return
        }
        _ = try replaceKey(
            of: cluster.id,
            from: agent.keyID,
            to: candidate.publicKey,
            candidate.sealingKey,
            on: connection
        )
        // The long silence is over: what counted against the old keys does not count against the new ones.
        try connection.query(
            "UPDATE agent_sightings SET last_seen = \(clock()) WHERE cluster_id = \(cluster.id)"
        )
    }

    /// Turns away the agent that waits; its token is void, and so is the address where another could be had.
    ///
    /// - Throws: `StoreError.Code.notFound`, `.outdated` when nothing waits.
    package func rejectCluster(named name: String) async throws -> ClusterRecord {
        let now = clock()
        return try await write(
            "store.cluster.reject",
            "the agent of cluster '\(name)' was not rejected",
            audit: .entry(.approveCluster, "cluster \(name)", detail: "rejected")
        ) {
            connection in
            let (cluster, candidate) = try candidate(ofCluster: name, on: connection)
            guard candidate != nil else {
                throw StoreError(.outdated, "nothing of cluster '\(name)' waits for approval")
            }
            try connection.pipeline([
                Self.closingInstallation(of: cluster.id),
                // A renewal is remembered as rejected, because its agent goes on asking.
                "DELETE FROM admission_requests WHERE cluster_id = \(cluster.id) AND kind = 'enrolment'",
                "UPDATE admission_requests SET rejected_at = \(now) WHERE cluster_id = \(cluster.id)",
                "DELETE FROM enrolment_tokens WHERE cluster_id = \(cluster.id) AND used_at IS NOT NULL",
                "SELECT pg_notify(\(Channel.cluster), \(cluster.id))",
            ])
            return try clusterRecord("c.id = \(cluster.id)", on: connection).orNotFound("cluster '\(name)'")
        }
    }

    private func candidate(
        ofCluster name: String,
        on connection: isolated PostgresConnection
    ) throws -> (cluster: ClusterRecord, candidate: Enrolment?) {
        try connection.query("SELECT FROM clusters WHERE name = \(name) FOR UPDATE")
        let cluster = try clusterRecord("c.name = \(name)", on: connection).orNotFound("cluster '\(name)'")
        let row = try connection.query(
            """
            SELECT public_key, sealing_key, cluster_uid, boot_id, agent_version, kubernetes_version, address
            FROM admission_requests WHERE cluster_id = \(cluster.id) AND rejected_at IS NULL FOR UPDATE
            """
        ).first
        guard let row else { return (cluster, nil) }
        guard let publicKey = PublicKey(bytes: try row.get("public_key")),
            let sealingKey = SealingPublicKey(bytes: try row.get("sealing_key"))
        else { throw StoreError(.internal, "the stored keys of the agent that waits are no keys") }
        let candidate = Enrolment(
            token: "",
            clusterUID: try row.get("cluster_uid"),
            publicKey: publicKey,
            sealingKey: sealingKey,
            bootID: try row.get("boot_id"),
            agentVersion: try row.get("agent_version"),
            kubernetesVersion: try row.get("kubernetes_version"),
            address: try row.get("address")
        )
        return (cluster, candidate)
    }
}
