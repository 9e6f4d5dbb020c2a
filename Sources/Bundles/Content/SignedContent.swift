/// What teams have signed, as the hub hands it on in every cluster's metadata.
package struct SignedContent: Hashable, Sendable {
    /// The newest file that a team has signed.
    package struct File: Hashable, Sendable {
        package let version: Int64
        package let bytes: [UInt8]
        /// The forms of the team's layer that it vouches for.
        package let digests: Set<Digest>

        /// Reads a file that was verified before it was stored.
        ///
        /// - Throws: `BundleError.malformed` when it is no targets metadata.
        package init(_ bytes: [UInt8], team: String) throws(BundleError) {
            let name = "\(TeamContent.role(of: team)).json"
            let content = try SignedMetadata(parsing: bytes, name: name).content(TargetsMetadata.self, name: name)
            self.bytes = bytes
            version = content.version
            digests = Set(content.targets.values.compactMap(\.digest))
        }
    }

    /// The keys of the teams whose layers need their signature.
    package let keys: [String: ContentKeys]
    /// By team; also of teams that need not sign any more, because a client takes a file's absence for a rollback.
    package let files: [String: File]

    package static let none = SignedContent(keys: [:], files: [:])

    package init(keys: [String: ContentKeys], files: [String: File]) {
        self.keys = keys
        self.files = files
    }

    /// Whether agents would take `layer`.
    package func admits(_ layer: LayerReference) -> Bool {
        guard let team = TeamContent.team(ofLayer: layer.name), keys[team] != nil else { return true }
        return files[team]?.digests.contains(layer.digest) ?? false
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
