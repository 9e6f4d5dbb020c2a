package import JSON

/// The layer that a document is written at.
package enum Scope: Hashable, Sendable {
    case platform
    /// The clusters of one group.
    case group(String)
    /// One cluster.
    case cluster(String)

    /// Whether a document at this scope changes a lower layer instead of being the first one.
    package var isOverlay: Bool { self != .platform }

    private var rank: Int {
        switch self {
        case .platform: 0
        case .group: 1
        case .cluster: 2
        }
    }

    /// The group's or cluster's name; `nil` for the platform.
    package var name: String? {
        switch self {
        case .platform: nil
        case .group(let name), .cluster(let name): name
        }
    }
}

extension Scope: Comparable {
    package static func < (left: Scope, right: Scope) -> Bool {
        (left.rank, left.name ?? "") < (right.rank, right.name ?? "")
    }
}

/// The text form: `platform`, `group/eu`, `cluster/demo`.
extension Scope: LosslessStringConvertible {
    package init?(_ description: String) {
        if description == "platform" {
            self = .platform
            return
        }
        let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, NameRule.cluster.accepts(String(parts[1])) else { return nil }
        switch parts[0] {
        case "group": self = .group(String(parts[1]))
        case "cluster": self = .cluster(String(parts[1]))
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .platform: "platform"
        case .group(let name): "group/\(name)"
        case .cluster(let name): "cluster/\(name)"
        }
    }
}

extension Scope: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let text = try String(json: json)
        guard let scope = Scope(text) else {
            throw JSONError("'platform', 'group/<name>' or 'cluster/<name>' is expected, found '\(text)'", at: .root)
        }
        self = scope
    }

    package var json: JSONValue { .string(description) }
}
