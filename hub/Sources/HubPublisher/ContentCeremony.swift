package import Bundles
package import Concurrency
package import HubStore

/// What a team has signed, and what waits for its signature.
package struct ContentOverview: Sendable {
    package let team: String
    package let keys: ContentKeys
    /// The newest file that the team signed; `nil` before the first.
    package let file: SignedMetadata?
    /// The layers that wait, with the names of the clusters that they are for.
    package let pending: [(layer: WithheldLayer, clusters: [String])]
    /// What is to be signed; `nil` when nothing is.
    package let draft: ContentDraft?
    /// The draft as it is stored: with the signatures of those who were first, when the team needs several.
    let stored: [UInt8]?
    let version: Int64
}

/// How a team signs its layers: the hub lists what waits, the team signs the list, the clusters get it.
package struct ContentCeremony: Sendable {
    /// How long a signature lasts; it is asked for again when half of that is over.
    private static let lifetime = 365 * MetadataTime.day

    private let store: HubStore
    private let clock: WallClock

    package init(store: HubStore, clock: @escaping WallClock) {
        self.store = store
        self.clock = clock
    }

    /// What `team` has signed and what waits for it.
    ///
    /// - Throws: `StoreError.Code.notFound` when the root gives the team no content keys.
    package func overview(of team: String) async throws -> ContentOverview {
        let keys = try await keys(of: team)
        let record = try await store.content(of: team)
        let file = try record?.bytes.map { try SignedMetadata(parsing: $0, name: "what team \(team) signed") }
        let signed = try file.map { try ContentDraft($0.bytes, team: team, keys: keys) }
        // What keys signed that the root names no longer counts no more.
        let counts = signed?.isComplete ?? false
        // A layer is withheld until its cluster is published again, also when it was signed meanwhile.
        let pending = Self.grouped(try await store.withheldLayers(of: team)).filter { entry in
            !counts || signed?.layers[entry.layer.digest] == nil
        }
        let isDue = signed.map { !counts || $0.content.expires - clock().seconds < Self.lifetime / 2 } ?? false
        let version = record?.version ?? 0
        var draft: ContentDraft?
        if !pending.isEmpty || isDue {
            let used = try await store.layersInUse(among: Array((signed?.layers ?? [:]).keys))
            var layers = (signed?.layers ?? [:]).filter { used.contains($0.key) }
            for entry in pending { layers[entry.layer.digest] = entry.layer.length }
            draft = try self.draft(team, keys, version: version + 1, layers, record?.draft)
        }
        return ContentOverview(
            team: team,
            keys: keys,
            file: file,
            pending: pending,
            draft: draft,
            stored: record?.draft,
            version: version
        )
    }

    /// Adds the signatures of `file`; with enough of them the clusters that wait get their layers.
    ///
    /// - Throws: `StoreError`; `.notFound` when nothing waits, `.invalid` when it is not what waits, or not the team's.
    package func sign(_ file: SignedMetadata, for team: String) async throws {
        let overview = try await overview(of: team)
        guard let wanted = overview.draft else {
            throw StoreError(.notFound, "nothing waits for the signature of team \(team)")
        }
        let now = clock().seconds
        let draft = try TrustCeremony.refusing {
            let uploaded = try ContentDraft(file.bytes, team: team, keys: overview.keys)
            guard uploaded.content.version == wanted.content.version, uploaded.layers == wanted.layers,
                (now...now + Self.lifetime + MetadataTime.day).contains(uploaded.content.expires)
            else {
                throw BundleError(
                    .mixAndMatch,
                    "what was signed is not what waits for team \(team) now: look at it again"
                )
            }
            let checked = try uploaded.adding(signaturesOf: file)
            return wanted.file.signed == file.signed ? try checked.adding(signaturesOf: wanted.file) : checked
        }
        guard draft.isComplete else {
            return try await store.keepContentDraft(of: team, draft.file.bytes, replacing: overview.stored)
        }
        try await store.publishContent(
            of: team,
            version: draft.content.version,
            bytes: draft.file.bytes,
            layers: Array(draft.layers.keys)
        )
    }

    /// The bytes of a layer that `team` has signed or is to sign; `nil` for any other.
    ///
    /// - Throws: `StoreError`.
    package func layer(_ digest: Digest, of team: String) async throws -> StoredLayer? {
        let overview = try await overview(of: team)
        let signed = try overview.file.map { try ContentDraft($0.bytes, team: team, keys: overview.keys).layers } ?? [:]
        guard signed[digest] != nil || overview.pending.contains(where: { $0.layer.digest == digest }) else {
            return nil
        }
        return try await store.layer(digest, clusterID: nil)
    }

    private func keys(of team: String) async throws -> ContentKeys {
        guard let newest = try await store.roots().last else {
            throw StoreError(.unavailable, "the hub has no root of trust yet")
        }
        guard let keys = try TrustedState(trusting: newest.bytes, cluster: nil).root.content.contentKeys[team] else {
            throw StoreError(.notFound, "the root of trust gives team \(team) no content keys")
        }
        return keys
    }

    /// The stored draft when it is of what waits now, else a new one.
    private func draft(
        _ team: String,
        _ keys: ContentKeys,
        version: Int64,
        _ layers: [Digest: Int],
        _ stored: [UInt8]?
    ) throws -> ContentDraft {
        if let stored, let draft = try? ContentDraft(stored, team: team, keys: keys), draft.layers == layers,
            draft.content.version == version, draft.content.expires > clock().seconds
        {
            return draft
        }
        return try ContentDraft(
            team: team,
            keys: keys,
            version: version,
            expires: clock().seconds + Self.lifetime,
            layers: layers
        )
    }

    private static func grouped(
        _ waiting: [(layer: WithheldLayer, cluster: String)]
    ) -> [(layer: WithheldLayer, clusters: [String])] {
        Dictionary(grouping: waiting, by: \.layer)
            .map { layer, entries in (layer: layer, clusters: entries.map(\.cluster)) }
            .sorted { $0.layer.digest < $1.layer.digest }
    }
}
