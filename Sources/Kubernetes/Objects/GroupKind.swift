/// A kind in its API group, whatever the version: what stays the same when an object moves to another version.
package struct GroupKind: Hashable, Comparable, Sendable, LosslessStringConvertible {
    package let group: String
    package let kind: String

    package init(group: String = "", kind: String) {
        self.group = group
        self.kind = kind
    }

    /// Reads `Deployment.apps` or `Secret`; `nil` without a kind.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = parts.first, !kind.isEmpty else { return nil }
        self.kind = String(kind)
        self.group = parts.count == 2 ? String(parts[1]) : ""
    }

    /// `Deployment.apps`, `Secret`: as ApplySet annotations and kubectl write it.
    package var description: String { group.isEmpty ? kind : "\(kind).\(group)" }

    package static func < (left: GroupKind, right: GroupKind) -> Bool {
        (left.kind, left.group) < (right.kind, right.group)
    }
}
