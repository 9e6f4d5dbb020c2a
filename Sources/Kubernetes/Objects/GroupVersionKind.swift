/// The type of an object: API group (empty for the core group), version and kind.
package struct GroupVersionKind: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let group: String
    package let version: String
    package let kind: String

    package init(group: String = "", version: String, kind: String) {
        self.group = group
        self.version = version
        self.kind = kind
    }

    /// Reads `apiVersion` as objects state it: `v1`, `apps/v1`.
    package init(apiVersion: String, kind: String) {
        let parts = apiVersion.split(separator: "/", maxSplits: 1)
        self.group = parts.count == 2 ? String(parts[0]) : ""
        self.version = String(parts.last ?? "")
        self.kind = kind
    }

    /// `v1`, `apps/v1`: group and version as objects state them.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }

    package var description: String { "\(apiVersion) \(kind)" }

    package static func < (left: GroupVersionKind, right: GroupVersionKind) -> Bool {
        (left.group, left.kind, left.version) < (right.group, right.kind, right.version)
    }
}
