package import Bundles
import Postgres
import Values

/// A layer that a team is to sign before clusters get it.
package struct WithheldLayer: Hashable, Sendable {
    package let team: String
    package let digest: Digest
    package let length: Int
    package let objects: Int

    package init(team: String, digest: Digest, length: Int, objects: Int) {
        self.team = team
        self.digest = digest
        self.length = length
        self.objects = objects
    }
}

/// What a team has signed, and what it is signing.
package struct TeamContentRecord: Hashable, Sendable {
    /// 0 before the first.
    package let version: Int64
    package let bytes: [UInt8]?
    package let draft: [UInt8]?
}

extension HubStore {
    /// What each team has signed.
    ///
    /// - Throws: `StoreError`; `BundleError` when what is stored is no metadata.
    package func signedContent() async throws -> [String: SignedContent.File] {
        let rows = try await read("what teams have signed cannot be read") { connection in
            try connection.query("SELECT team, bytes FROM team_content WHERE bytes IS NOT NULL").map { row in
                (team: try row.get(0, as: String.self), bytes: try row.get(1, as: [UInt8].self))
            }
        }
        var files: [String: SignedContent.File] = [:]
        for row in rows { files[row.team] = try SignedContent.File(row.bytes, team: row.team) }
        return files
    }

    /// What `team` has signed and is signing; `nil` before its first draft.
    ///
    /// - Throws: `StoreError`.
    package func content(of team: String) async throws -> TeamContentRecord? {
        try await read("what team \(team) has signed cannot be read") { connection in
            try connection.query("SELECT version, bytes, draft FROM team_content WHERE team = \(team)").first.map {
                row in
                TeamContentRecord(version: try row.get(0), bytes: try row.get(1), draft: try row.get(2))
            }
        }
    }

    /// The layers that wait for the signature of `team`, and the clusters that they are for, by name.
    ///
    /// - Throws: `StoreError`.
    package func withheldLayers(of team: String) async throws -> [(layer: WithheldLayer, cluster: String)] {
        try await read("what waits for team \(team) cannot be read") { connection in
            try connection.query(
                """
                SELECT w.digest, w.length, w.objects, c.name FROM withheld_layers w JOIN clusters c ON c.id = w.cluster_id
                WHERE w.team = \(team) AND c.revoked_at IS NULL ORDER BY c.name
                """
            ).map { row in
                let digest = Digest(bytes: try row.get(0))
                guard let digest else { throw StoreError(.internal, "a withheld layer has no digest") }
                let layer = WithheldLayer(team: team, digest: digest, length: try row.get(1), objects: try row.get(2))
                return (layer, try row.get(3))
            }
        }
    }

    /// The teams for whose signature a layer waits, each with the names of the clusters that it is for.
    ///
    /// - Throws: `StoreError`.
    package func withheldLayers() async throws -> [String: [String]] {
        let rows = try await read("what waits for teams cannot be read") { connection in
            try connection.query(
                """
                SELECT w.team, c.name FROM withheld_layers w JOIN clusters c ON c.id = w.cluster_id
                WHERE c.revoked_at IS NULL ORDER BY c.name
                """
            ).map { row in (team: try row.get(0, as: String.self), cluster: try row.get(1, as: String.self)) }
        }
        return Dictionary(grouping: rows, by: \.team).mapValues { $0.map(\.cluster) }
    }

    /// Those of `digests` that a cluster runs or fetches.
    ///
    /// - Throws: `StoreError`.
    package func layersInUse(among digests: [Digest]) async throws -> Set<Digest> {
        try await read("layers cannot be looked up") { connection in
            let used = try connection.query(
                "SELECT DISTINCT digest FROM bundle_layers WHERE digest = ANY (\(digests.map(\.bytes)))"
            ).map { row throws(PostgresError) in try row.get(0, as: [UInt8].self) }
            return Set(digests.filter { used.contains($0.bytes) })
        }
    }

    /// Keeps a draft of what `team` signs next.
    ///
    /// - Throws: `StoreError.Code.stale` when the draft is not `expected` any more.
    package func keepContentDraft(of team: String, _ draft: [UInt8], replacing expected: [UInt8]?) async throws {
        try await write(
            "store.content",
            "the draft of team \(team) was not stored",
            audit: .entry(.signTeamContent, "team \(team)", detail: "a draft, SHA-256 \(Digest(of: draft).hex)")
        ) { connection in
            try connection.query("INSERT INTO team_content (team) VALUES (\(team)) ON CONFLICT DO NOTHING")
            let changed = try connection.query(
                "UPDATE team_content SET draft = \(draft) WHERE team = \(team) AND draft IS NOT DISTINCT FROM \(expected)"
            ).affected
            guard changed == 1 else { throw Self.contentMoved(team) }
        }
    }

    /// Takes over what `team` has signed: the clusters that waited for it, or have one of `layers`, are published again.
    ///
    /// - Throws: `StoreError.Code.stale` when it does not follow the newest file.
    package func publishContent(of team: String, version: Int64, bytes: [UInt8], layers: [Digest]) async throws {
        try await write(
            "store.content",
            "what team \(team) signed was not stored",
            audit: .entry(
                .signTeamContent,
                "team \(team)",
                detail: "version \(version), SHA-256 \(Digest(of: bytes).hex)"
            )
        ) { connection in
            try connection.query("INSERT INTO team_content (team) VALUES (\(team)) ON CONFLICT DO NOTHING")
            let changed = try connection.query(
                """
                UPDATE team_content SET version = \(version), bytes = \(bytes), draft = NULL
                WHERE team = \(team) AND version = \(version - 1)
                """
            ).affected
            guard changed == 1 else { throw Self.contentMoved(team) }
            try connection.query(
                """
                UPDATE clusters SET input_version = input_version + 1
                WHERE id IN (SELECT cluster_id FROM withheld_layers WHERE team = \(team))
                    OR id IN (SELECT cluster_id FROM bundle_layers WHERE digest = ANY (\(layers.map(\.bytes))))
                RETURNING pg_notify(\(Channel.cluster), id)
                """
            )
        }
    }

    private static func contentMoved(_ team: String) -> StoreError {
        StoreError(.stale, "somebody else signed for team \(team) meanwhile: look at what waits again")
    }
}
