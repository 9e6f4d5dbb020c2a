package import JSON
package import Values

/// Which clusters a rollout is about.
package enum RolloutScope: Hashable, Sendable {
    case fleet
    case clusters([String])
    case selector([String: String])
    /// The clusters of a group, by the selector that it had when the rollout began.
    case group(String, selector: [String: String])

    /// Whether `cluster` is meant.
    package func includes(_ cluster: ClusterIdentity) -> Bool {
        switch self {
        case .fleet: true
        case .clusters(let names): names.contains(cluster.name)
        case .selector(let selector), .group(_, let selector): cluster.matches(selector)
        }
    }
}

extension RolloutScope: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let selector: [String: String]? = try json.optional("selector")
        if let names: [String] = try json.optional("clusters") {
            self = .clusters(names)
        } else if let name: String = try json.optional("group") {
            self = .group(name, selector: selector ?? [:])
        } else if let selector {
            self = .selector(selector)
        } else {
            self = .fleet
        }
    }

    package var json: JSONValue {
        switch self {
        case .fleet: [:]
        case .clusters(let names): .members(["clusters": names])
        case .selector(let selector): .members(["selector": selector])
        case .group(let name, let selector): .members(["group": name, "selector": selector])
        }
    }
}
