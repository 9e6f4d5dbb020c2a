import JSON
import Postgres
import Values

extension HubStore {
    /// Changes what people decide about a cluster; what placement sees makes its bundle go out anew.
    ///
    /// - Parameters:
    ///   - name: the cluster's name, which never changes.
    ///   - version: the version that the change was made on; `nil` for whatever is there.
    ///   - change: makes the new registration of the stored one, which nobody else changes meanwhile.
    /// - Returns: the cluster as it is then.
    /// - Throws: `StoreError.Code.notFound`; `.outdated` when another version is stored; what `change` throws.
    package func editCluster(
        named name: String,
        ifVersion version: String? = nil,
        _ change: @Sendable (ClusterRegistration) throws -> ClusterRegistration
    ) async throws -> ClusterRecord {
        let audit = AuditPlan<(before: ClusterRecord, after: ClusterRecord)> { records in
            let (before, after) = (records.before.auditedForm, records.after.auditedForm)
            return before == after ? [] : [AuditEntry(.editCluster, "cluster \(name)", before: before, after: after)]
        }
        return try await write("store.cluster.edit", "cluster '\(name)' was not changed", audit: audit) { connection in
            try connection.query("SELECT id FROM clusters WHERE name = \(name) FOR UPDATE")
            let cluster = try clusterRecord("c.name = \(name)", on: connection).orNotFound("cluster '\(name)'")
            let old = cluster.registration
            if let version, version != old.version {
                throw StoreError(
                    .outdated,
                    "cluster '\(name)' was changed meanwhile; nothing was changed. Look at it again: otomi cluster show \(name)"
                )
            }
            let new = try change(old)
            guard new != old else { return (cluster, cluster) }
            // Owner and description are for people; everything else may be in the bundle.
            let bundle = new.identity(name) != old.identity(name) || new.domain != old.domain
            try connection.query(
                """
                UPDATE clusters SET provider = \(new.provider), region = \(new.region),
                    labels = \(JSONValue.object(new.labels.mapValues(JSONValue.string))), domain = \(new.domain),
                    owner = \(new.owner), description = \(new.description),
                    input_version = input_version + \(Int64(bundle ? 1 : 0))
                WHERE id = \(cluster.id) RETURNING pg_notify(\(Channel.cluster), id)
                """
            )
            let after = try clusterRecord("c.id = \(cluster.id)", on: connection).orNotFound("cluster '\(name)'")
            return (cluster, after)
        }.after
    }
}
