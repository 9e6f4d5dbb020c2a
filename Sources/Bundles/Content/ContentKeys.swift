package import JSON

/// The keys of a team without whose signature no agent takes the team's layer.
///
/// They stand in the root, so that only those who sign the root can add or drop them.
package struct ContentKeys: Hashable, Sendable, JSONRepresentable {
    /// By the id under which signatures name them.
    package let keys: [String: MetadataKey]
    package let threshold: Int

    /// - Throws: `BundleError.malformed` for no key, the same key twice, or a threshold that they cannot reach.
    package init(_ keys: [PublicKey], threshold: Int, team: String) throws(BundleError) {
        let listed = Dictionary(keys.map { ($0.keyID, $0.metadataKey) }, uniquingKeysWith: { first, _ in first })
        guard !keys.isEmpty, listed.count == keys.count, (1...keys.count).contains(threshold) else {
            throw BundleError(
                .malformed,
                "the content of team \(team) needs keys, each named once, and a threshold from 1 to their number"
            )
        }
        self.keys = listed
        self.threshold = threshold
    }

    /// Reads `{keys, threshold}`.
    ///
    /// - Throws: `JSONError` for a threshold below one, or above the number of distinct keys.
    package init(json: JSONValue) throws(JSONError) {
        keys = try json.required("keys")
        threshold = try json.required("threshold")
        guard threshold >= 1, threshold <= Set(keys.values).count else {
            throw JSONError("a threshold from 1 to the number of keys is expected", at: JSONPointer(["threshold"]))
        }
    }

    package var json: JSONValue { ["keys": keys.json, "threshold": threshold.json] }
}

/// How the layer of a team, and the role that signs for it, are called.
package enum TeamContent {
    private static let prefix = "team/"

    /// The team whose layer `name` is; `nil` for a layer of the platform's.
    package static func team(ofLayer name: String) -> String? {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }

    /// The delegated role of `team`.
    package static func role(of team: String) -> String { "team-\(team)" }

    /// The name under which the role lists a form of the layer: each form has its own, so that one signature serves clusters
    /// whose layers differ.
    package static func path(of team: String, _ digest: Digest) -> String { "\(prefix)\(team)/\(digest.hex)" }

    /// The delegation that a cluster's targets make to `team`.
    static func delegation(to team: String, _ keys: ContentKeys) -> DelegatedRole {
        DelegatedRole(
            name: role(of: team),
            signers: RoleKeys(keyIDs: keys.keys.keys.sorted(), threshold: keys.threshold),
            scope: .patterns(["\(prefix)\(team)/*"]),
            isTerminating: true
        )
    }
}
