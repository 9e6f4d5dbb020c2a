package import Bundles
import Concurrency
import JSON
import Postgres
import Values

/// What operators tell agents. Each change raises the cluster's input version, so that its bundle goes out anew.
extension HubStore {
    /// Has a cluster's agent apply nothing from its next bundle on; the same reason again changes nothing.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func holdCluster(named name: String, reason: String, by author: String) async throws -> ClusterRecord {
        let now = clock()
        return try await change(.pauseCluster, cluster: name, "cluster '\(name)' was not paused") { _ in
            (
                "hold_reason = \(reason), hold_by = \(author), hold_at = \(now)",
                "hold_reason IS DISTINCT FROM \(reason)"
            )
        }
    }

    /// Lets a cluster's agent apply again.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func resumeCluster(named name: String) async throws -> ClusterRecord {
        try await change(.resumeCluster, cluster: name, "cluster '\(name)' was not resumed") { _ in
            ("hold_reason = NULL, hold_by = NULL, hold_at = NULL", "hold_reason IS NOT NULL")
        }
    }

    /// Decides what a cluster's agent does about objects that somebody else changed.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func setDriftMode(
        _ mode: Directives.DriftMode,
        ofCluster name: String
    ) async throws -> ClusterRecord {
        try await change(.setDriftMode, cluster: name, "the drift mode of '\(name)' was not set") { _ in
            ("drift_mode = \(mode.rawValue)", "drift_mode <> \(mode.rawValue)")
        }
    }

    /// Agrees to the deletions that a cluster's agent holds back, if they are still those that the person saw.
    ///
    /// - Throws: `StoreError.Code.notFound`; `.outdated` when nothing waits there, or something else.
    package func confirmDeletions(
        _ shown: Directives.Confirmation,
        ofCluster name: String,
        by author: String
    ) async throws -> ClusterRecord {
        let now = clock()
        return try await change(.confirmDeletions, cluster: name, "nothing was confirmed on '\(name)'") {
            cluster in
            guard let waiting = cluster.report?.pendingDeletions else {
                throw StoreError(.outdated, "no deletions wait for a confirmation on cluster '\(name)'")
            }
            guard waiting == shown else {
                throw StoreError(
                    .outdated,
                    "other deletions wait on cluster '\(name)' now than those that were shown; nothing was confirmed"
                )
            }
            return (
                """
                confirmed_generation = \(shown.generation), confirmed_deletions = \(shown.deletions.bytes),
                    confirmed_by = \(author), confirmed_at = \(now), confirmed_after = generation
                """,
                """
                (confirmed_generation, confirmed_deletions)
                    IS DISTINCT FROM (\(shown.generation)::bigint, \(shown.deletions.bytes)::bytea)
                """
            )
        }
    }

    /// Takes back confirmations that have had their effect: the agent has applied a later bundle and holds those deletions
    /// back no more.
    ///
    /// - Returns: of how many clusters.
    /// - Throws: `StoreError`.
    @discardableResult
    package func forgetConfirmations() async throws -> Int {
        try await writeOne("confirmations were not taken back", notAudited: "follows from reports") { connection in
            try connection.query(
                """
                UPDATE clusters c SET confirmed_generation = NULL, confirmed_deletions = NULL, confirmed_by = NULL,
                    confirmed_at = NULL, confirmed_after = NULL, input_version = input_version + 1
                FROM cluster_reports r
                WHERE c.confirmed_generation IS NOT NULL AND r.cluster_id = c.id AND r.generation > c.confirmed_after
                    AND r.body #>> '{pendingDeletions,digest}' IS DISTINCT FROM encode(c.confirmed_deletions, 'hex')
                RETURNING pg_notify(\(Channel.cluster), c.id)
                """
            ).count
        }
    }

    /// Sets columns of a cluster where that makes a difference.
    ///
    /// `plan` sees the cluster, which nobody else changes meanwhile, and says what to set on which condition.
    private func change(
        _ action: Action,
        cluster name: String,
        _ failure: String,
        _ plan: @Sendable (ClusterRecord) throws -> (assignments: SQL, condition: SQL)
    ) async throws -> ClusterRecord {
        let audit = AuditPlan<(before: ClusterRecord, after: ClusterRecord)> { records in
            let (before, after) = (records.before.auditedForm, records.after.auditedForm)
            return before == after ? [] : [AuditEntry(action, "cluster \(name)", before: before, after: after)]
        }
        return try await write("store.\(action.rawValue)", failure, audit: audit) { connection in
            try connection.query("SELECT id FROM clusters WHERE name = \(name) FOR UPDATE")
            let cluster = try clusterRecord("c.name = \(name)", on: connection).orNotFound("cluster '\(name)'")
            let (assignments, condition) = try plan(cluster)
            let changed = try connection.query(
                """
                UPDATE clusters SET \(assignments), input_version = input_version + 1
                WHERE id = \(cluster.id) AND \(condition) RETURNING pg_notify(\(Channel.cluster), id)
                """
            )
            guard !changed.isEmpty else { return (cluster, cluster) }
            let after = try clusterRecord("c.id = \(cluster.id)", on: connection).orNotFound("cluster '\(name)'")
            return (cluster, after)
        }.after
    }
}

extension StoredReport {
    /// The deletions that the agent held back, as a confirmation names them.
    var pendingDeletions: Directives.Confirmation? {
        guard let waiting = body["pendingDeletions"], let generation = waiting["generation"]?.integerValue,
            let digest = waiting["digest"]?.stringValue.flatMap({ Digest($0) })
        else { return nil }
        return Directives.Confirmation(generation: generation, deletions: digest)
    }
}
