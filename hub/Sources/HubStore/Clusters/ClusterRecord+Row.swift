import Bundles
import Concurrency
import JSON
import Postgres

extension HubStore {
    /// What a `ClusterRecord` and a `PublicationState` are read from.
    static let clusterColumns: SQL = "\(registryColumns), r.body"

    /// The same with that part of the report alone which says how the cluster stands: a tenth of it, and kept beside it.
    static let judgedColumns: SQL = "\(registryColumns), r.judged AS body"

    private static let registryColumns: SQL = """
        c.id, c.name, c.provider, c.region, c.labels, c.domain, c.created_at, c.revoked_at, c.desired_revision,
        c.input_version, c.generation, c.published_revision, c.published_input_version, c.sealed_layers,
        c.timestamp_version, c.timestamp_expires, c.root_version, c.hold_reason, c.hold_by, c.hold_at, c.drift_mode,
        c.confirmed_generation, c.confirmed_deletions, c.confirmed_by, c.confirmed_at,
        c.quarantined_at, c.requires_approval, c.owner, c.description,
        t.state AS standing_state, t.reason AS standing_reason, t.cause AS standing_cause, t.since AS standing_since,
        t.desired_revision AS standing_revision, t.is_silent,
        f.revision AS fault_revision, f.fault, f.found_at AS fault_found_at,
        a.key_id, a.public_key, a.sealing_key, a.cluster_uid, a.enrolled_at, a.keys_since, a.rotation_asked_at,
        a.boot_id AS agent_boot_id, a.boot_address, a.clone_at, a.clone_boot_id, a.clone_address,
        q.kind AS candidate_kind, q.key_id AS candidate_key_id, q.cluster_uid AS candidate_uid,
        q.address AS candidate_address, q.asked_at AS candidate_asked_at, q.rejected_at AS candidate_rejected_at,
        s.last_seen, r.boot_id, r.sequence, r.generation AS report_generation, r.revision AS report_revision,
        r.state, r.state_since, r.received_at
        """

    static let clusterTables: SQL = """
        clusters c JOIN cluster_states t ON t.cluster_id = c.id
        LEFT JOIN cluster_faults f ON f.cluster_id = c.id AND f.revision = c.desired_revision
            AND f.input_version = c.input_version
            AND (c.published_revision, c.published_input_version) IS DISTINCT FROM (f.revision, f.input_version)
        LEFT JOIN agents a ON a.cluster_id = c.id LEFT JOIN agent_sightings s ON s.cluster_id = c.id
        LEFT JOIN cluster_reports r ON r.cluster_id = c.id LEFT JOIN admission_requests q ON q.cluster_id = c.id
        """

    /// The first cluster that fits.
    func clusterRecord(_ condition: SQL, on connection: isolated PostgresConnection) throws -> ClusterRecord? {
        try connection.query(
            "SELECT \(Self.clusterColumns) FROM \(Self.clusterTables) WHERE \(condition)"
        ).first.map(ClusterRecord.init(row:))
    }
}

extension ClusterRecord {
    init(row: PostgresRow) throws {
        let labels = try row.get("labels", as: JSONValue.self)
        let revokedAt = try row.get("revoked_at", as: UnixTime?.self)
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            provider: try row.get("provider"),
            region: try row.get("region"),
            labels: (labels.objectValue ?? [:]).compactMapValues(\.stringValue),
            domain: try row.get("domain"),
            owner: try row.get("owner"),
            description: try row.get("description"),
            createdAt: try row.get("created_at"),
            desiredRevision: try row.get("desired_revision"),
            publishedRevision: try row.get("published_revision"),
            generation: try row.get("generation"),
            agent: try AgentIdentity(row: row),
            revokedAt: revokedAt,
            admission: try ClusterAdmission(row: row),
            directives: try ClusterDirectives(row: row),
            lastSeen: try row.get("last_seen"),
            report: try StoredReport(row: row),
            standing: try StoredStanding(row: row),
            fault: try ClusterFault(row: row)
        )
    }
}

extension ClusterRecord {
    /// What the audit log hashes of it: what people decide, nothing that agents say.
    var auditedForm: JSONValue {
        .members([
            "id": id, "name": name, "provider": provider, "region": region, "labels": labels, "domain": domain,
            "owner": owner, "description": description, "hold": directives.hold?.reason,
            "drift": directives.drift.rawValue,
            "confirmed": directives.confirmation?.deletions,
        ])
    }
}

extension StoredStanding {
    init(row: PostgresRow) throws {
        self.init(
            state: try row.get("standing_state"),
            reason: try row.get("standing_reason"),
            cause: try row.get("standing_cause"),
            since: try row.get("standing_since"),
            desiredRevision: try row.get("standing_revision"),
            isSilent: try row.get("is_silent")
        )
    }
}

extension ClusterFault {
    /// `nil` when its bundle is what it should be, or on its way.
    init?(row: PostgresRow) throws {
        guard let revision = try row.get("fault_revision", as: Int64?.self) else { return nil }
        self.init(revision: revision, text: try row.get("fault"), foundAt: try row.get("fault_found_at"))
    }
}

extension AgentIdentity {
    /// `nil` when no agent has enrolled.
    init?(row: PostgresRow) throws {
        guard let keyID = try row.get("key_id", as: String?.self) else { return nil }
        guard let publicKey = PublicKey(bytes: try row.get("public_key")),
            let sealingKey = SealingPublicKey(bytes: try row.get("sealing_key"))
        else { throw StoreError(.internal, "the stored keys of agent \(keyID) are no keys") }
        self.init(
            clusterID: try row.get("id"),
            cluster: try row.get("name"),
            keyID: keyID,
            publicKey: publicKey,
            sealingKey: sealingKey,
            clusterUID: try row.get("cluster_uid"),
            enrolledAt: try row.get("enrolled_at"),
            keysSince: try row.get("keys_since", as: UnixTime?.self) ?? row.get("enrolled_at"),
            isRotationAsked: try row.get("rotation_asked_at", as: UnixTime?.self) != nil,
            isRevoked: try row.get("revoked_at", as: UnixTime?.self) != nil
        )
    }
}

extension ClusterAdmission {
    init(row: PostgresRow) throws {
        self.init(
            candidate: try Candidate(row: row),
            clone: try Clone(row: row),
            quarantinedAt: try row.get("quarantined_at"),
            requiresApproval: try row.get("requires_approval")
        )
    }
}

extension ClusterAdmission.Candidate {
    /// `nil` when no agent waits.
    init?(row: PostgresRow) throws {
        guard let kind = try row.get("candidate_kind", as: String?.self).flatMap(Kind.init) else { return nil }
        self.init(
            kind: kind,
            keyID: try row.get("candidate_key_id"),
            clusterUID: try row.get("candidate_uid"),
            address: try row.get("candidate_address"),
            askedAt: try row.get("candidate_asked_at"),
            isRejected: try row.get("candidate_rejected_at", as: UnixTime?.self) != nil
        )
    }
}

extension ClusterAdmission.Clone {
    /// `nil` when one agent speaks.
    init?(row: PostgresRow) throws {
        guard let at = try row.get("clone_at", as: UnixTime?.self) else { return nil }
        self.init(
            at: at,
            olderBootID: try row.get("clone_boot_id"),
            olderAddress: try row.get("clone_address"),
            newerBootID: try row.get("agent_boot_id"),
            newerAddress: try row.get("boot_address")
        )
    }
}

extension StoredReport {
    /// `nil` when nothing was reported yet.
    init?(row: PostgresRow) throws {
        guard let bootID = try row.get("boot_id", as: String?.self) else { return nil }
        self.init(
            bootID: bootID,
            sequence: try row.get("sequence"),
            generation: try row.get("report_generation"),
            revision: try row.get("report_revision"),
            state: try row.get("state"),
            stateSince: try row.get("state_since"),
            receivedAt: try row.get("received_at"),
            body: try row.get("body")
        )
    }
}

extension PublicationState {
    init(row: PostgresRow) throws {
        self.init(
            cluster: try ClusterRecord(row: row),
            inputVersion: try row.get("input_version"),
            publishedInputVersion: try row.get("published_input_version"),
            sealedLayers: try row.get("sealed_layers"),
            timestampVersion: try row.get("timestamp_version"),
            timestampExpires: try row.get("timestamp_expires"),
            rootVersion: try row.get("root_version"),
            floors: try CounterFloors(row: row)
        )
    }
}
