import JSON

extension RootMetadata {
    /// The root that follows this one, in which the roles of `replaced` have other keys; expires at `expires` seconds.
    ///
    /// In `content` are teams whose layers need other keys' signature than before; `nil` for one that need not sign any more.
    ///
    /// - Throws: `BundleError.malformed` when a role would have no key, the same key twice, or a threshold that its keys
    ///   cannot reach.
    package func following(
        replacing replaced: [MetadataRole: (keys: [PublicKey], threshold: Int)],
        content: [String: ContentKeys?] = [:],
        expires: Int64
    ) throws(BundleError) -> RootMetadata {
        var keys = self.keys
        var roles = self.roles
        for (role, signers) in replaced {
            let ids = signers.keys.map(\.keyID)
            try Self.check(ids, threshold: signers.threshold, of: role)
            roles[role] = RoleKeys(keyIDs: ids.sorted(), threshold: signers.threshold)
            for key in signers.keys { keys[key.keyID] = key.metadataKey }
        }
        let used = Set(roles.values.flatMap(\.keyIDs))
        var listed: [String: JSONValue] = [:]
        for (role, signers) in roles { listed[role.rawValue] = signers.json }
        // Through the JSON form, so that what else this root says is said by the next one too.
        var next = json
        next["version"] = .integer(version + 1)
        next["expires"] = .string(MetadataTime.text(expires))
        next["consistent_snapshot"] = true
        next["keys"] = keys.filter { used.contains($0.key) }.json
        next["roles"] = .object(listed)
        let teams = contentKeys.merging(content.compactMapValues(\.self)) { _, new in new }
            .filter { team, _ in content[team].map { $0 != nil } ?? true }
        next["custom"] = teams.isEmpty ? nil : ["contentKeys": teams.json]
        do throws(JSONError) { return try RootMetadata(json: next) } catch {
            throw BundleError(.malformed, "root \(version + 1) would be no root: \(error)")
        }
    }

    private static func check(_ ids: [String], threshold: Int, of role: MetadataRole) throws(BundleError) {
        guard !ids.isEmpty else { throw BundleError(.malformed, "the role \(role.rawValue) needs a key") }
        guard Set(ids).count == ids.count else {
            throw BundleError(.malformed, "the role \(role.rawValue) is given the same key twice; name each once")
        }
        guard (1...ids.count).contains(threshold) else {
            throw BundleError(
                .malformed,
                "the threshold of the role \(role.rawValue) is \(threshold); with \(ids.count) keys it is from 1 to \(ids.count)"
            )
        }
    }

    /// What is different in `next`, one line for each difference, in words for those who sign it.
    package func differences(to next: RootMetadata) -> [String] {
        var lines: [String] = []
        for role in MetadataRole.allCases {
            let before = signers(of: role)
            let after = next.signers(of: role)
            let name = role.rawValue
            for id in after.keys.sorted() where before[id] == nil { lines.append("\(name): new key \(id)") }
            for id in before.keys.sorted() where after[id] == nil { lines.append("\(name): key \(id) is dropped") }
            let (old, new) = (threshold(of: role), next.threshold(of: role))
            if old != new { lines.append("\(name): threshold \(old) becomes \(new)") }
        }
        for team in Set(contentKeys.keys).union(next.contentKeys.keys).sorted() {
            lines += Self.differences(of: team, contentKeys[team], next.contentKeys[team])
        }
        if lines.isEmpty { lines.append("the same keys and thresholds") }
        lines.append("expires \(MetadataTime.text(next.expires)) instead of \(MetadataTime.text(expires))")
        return lines
    }

    private static func differences(of team: String, _ before: ContentKeys?, _ after: ContentKeys?) -> [String] {
        let name = "content of team \(team)"
        guard let after else { return ["\(name): needs no signature of the team any more"] }
        var lines: [String] = []
        for id in after.keys.keys.sorted() where before?.keys[id] == nil { lines.append("\(name): new key \(id)") }
        for id in (before?.keys ?? [:]).keys.sorted() where after.keys[id] == nil {
            lines.append("\(name): key \(id) is dropped")
        }
        if before?.threshold != after.threshold { lines.append("\(name): \(after.threshold) of its keys must sign") }
        return lines
    }
}
