import JSON
import Postgres
package import Values

/// Which clusters wait for a bundle: little of each, so that looking again costs little.
extension HubStore {
    /// The clusters with an agent whose published bundle is not what is wanted.
    ///
    /// - Throws: `StoreError`.
    package func staleClusters() async throws -> [StaleCluster] {
        try await read("publications cannot be read") { connection in
            try connection.query(
                """
                SELECT c.id, c.name, c.provider, c.region, c.labels, c.desired_revision, c.published_revision,
                    c.input_version
                FROM \(Self.publicationTables) WHERE \(Self.isStale) AND \(Self.isPublishable)
                """
            ).map { row in
                let labels = try row.get("labels", as: JSONValue.self)
                return StaleCluster(
                    want: try StaleCluster.Want(row: row),
                    publishedRevision: try row.get("published_revision"),
                    identity: ClusterIdentity(
                        name: try row.get("name"),
                        provider: try row.get("provider"),
                        region: try row.get("region"),
                        labels: (labels.objectValue ?? [:]).compactMapValues(\.stringValue)
                    )
                )
            }
        }
    }

    /// What is wanted where something else is out.
    ///
    /// - Throws: `StoreError`.
    package func staleWants() async throws -> [StaleCluster.Want] {
        try await read("publications cannot be read") { connection in
            try connection.query(
                """
                SELECT c.id, c.desired_revision, c.input_version FROM \(Self.publicationTables)
                WHERE \(Self.isStale) AND \(Self.isPublishable)
                """
            ).map(StaleCluster.Want.init(row:))
        }
    }

    /// What the publisher works from, for those of these clusters that still wait, by name.
    ///
    /// - Throws: `StoreError`.
    package func publicationStates(of ids: [String]) async throws -> [PublicationState] {
        try await read("publications cannot be read") { connection in
            try connection.query(
                """
                SELECT \(Self.judgedColumns), \(Self.floorColumns) FROM \(Self.publicationTables)
                WHERE c.id = ANY (\(ids)) AND \(Self.isStale) ORDER BY c.name
                """
            ).map(PublicationState.init(row:))
        }
    }

    private static let isPublishable: SQL = "a.cluster_id IS NOT NULL AND c.desired_revision > 0"
}

/// A cluster whose published bundle is not what is wanted.
package struct StaleCluster: Hashable, Sendable {
    /// What it is to have.
    package struct Want: Hashable, Sendable {
        /// The cluster's id.
        package let id: String
        package let revision: Int64
        package let inputVersion: Int64

        package init(id: String, revision: Int64, inputVersion: Int64) {
            self.id = id
            self.revision = revision
            self.inputVersion = inputVersion
        }

        init(row: PostgresRow) throws {
            self.init(
                id: try row.get("id"),
                revision: try row.get("desired_revision"),
                inputVersion: try row.get("input_version")
            )
        }
    }

    package let want: Want
    /// The revision of what is out; `nil` before the first.
    package let publishedRevision: Int64?
    package let identity: ClusterIdentity

    package init(want: Want, publishedRevision: Int64?, identity: ClusterIdentity) {
        self.want = want
        self.publishedRevision = publishedRevision
        self.identity = identity
    }
}
