extension JSONValue {
    /// This value with `patch` merged over it (RFC 7386): objects merge by key, `null` removes, all else replaces.
    package func merging(_ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = objectValue ?? [:]
        for (key, change) in changes {
            members[key] = change.isNull ? nil : (members[key] ?? .null).merging(change)
        }
        return .object(members)
    }
}
