/// What teams have signed, as the hub hands it on in every cluster's metadata.
package struct SignedContent: Hashable, Sendable {
    /// The newest file that a team has signed.
    package struct File: Hashable, Sendable {
        package let version: Int64
        package let bytes: [UInt8]
        fileprivate let file: SignedMetadata
        /// The forms of the team's layer that it vouches for.
        package let digests: Set<Digest>

        /// Reads a file that was verified before it was stored.
        ///
        /// - Throws: `BundleError.malformed` when it is no targets metadata.
        package init(_ bytes: [UInt8], team: String) throws(BundleError) {
            let name = "\(TeamContent.role(of: team)).json"
            file = try SignedMetadata(parsing: bytes, name: name)
            let content = try file.content(TargetsMetadata.self, name: name)
            self.bytes = bytes
            version = content.version
            digests = Set(content.targets.values.compactMap(\.digest))
        }
    }

    /// The keys of the teams whose layers need their signature.
    package let keys: [String: ContentKeys]
    /// By team; also of teams that need not sign any more, because a client takes a file's absence for a rollback.
    package let files: [String: File]
    /// What each team vouches for with the keys that it has now.
    private let vouched: [String: Set<Digest>]

    package static let none = SignedContent(keys: [:], files: [:])

    package init(keys: [String: ContentKeys], files: [String: File]) {
        self.keys = keys
        self.files = files
        var vouched: [String: Set<Digest>] = [:]
        for (team, keys) in keys {
            guard let file = files[team] else { continue }
            let counts: Void? = try? file.file.verify(signers: keys.keys, threshold: keys.threshold, name: team)
            if counts != nil { vouched[team] = file.digests }
        }
        self.vouched = vouched
    }

    /// Whether agents would take `layer`.
    package func admits(_ layer: LayerReference) -> Bool {
        guard let team = TeamContent.team(ofLayer: layer.name), keys[team] != nil else { return true }
        return vouched[team]?.contains(layer.digest) ?? false
    }

    /// Whether what a cluster has been given says of the teams of `layers` what they have signed now.
    package func isPublished(
        for layers: [LayerReference],
        targets: TargetsMetadata,
        snapshot: SnapshotMetadata
    ) -> Bool {
        layers.allSatisfy { layer in
            guard let team = TeamContent.team(ofLayer: layer.name), let keys = keys[team] else { return true }
            let role = TeamContent.role(of: team)
            return targets.delegations?[role] == TeamContent.delegation(to: team, keys)
                && snapshot.files["\(role).json"]?.version == files[team]?.version
        }
    }

    /// Whether any of `layers` needs its team's signature.
    package func concerns(_ layers: [LayerReference]) -> Bool {
        layers.contains { TeamContent.team(ofLayer: $0.name).map { keys[$0] != nil } ?? false }
    }

    var delegations: Delegations? {
        guard !keys.isEmpty else { return nil }
        return Delegations(
            keys.sorted { $0.key < $1.key }.map { team, keys in
                (TeamContent.delegation(to: team, keys), keys.keys.values.compactMap(\.publicKey))
            }
        )
    }

    /// As the snapshot lists them, by role.
    var listed: [String: MetadataFile] {
        var listed: [String: MetadataFile] = [:]
        for (team, file) in files {
            listed[TeamContent.role(of: team)] = MetadataFile(version: file.version, bytes: file.bytes)
        }
        return listed
    }

    /// The files by the names under which agents ask for them.
    package var published: [String: [UInt8]] {
        var published: [String: [UInt8]] = [:]
        for (team, file) in files { published["\(file.version).\(TeamContent.role(of: team)).json"] = file.bytes }
        return published
    }
}
