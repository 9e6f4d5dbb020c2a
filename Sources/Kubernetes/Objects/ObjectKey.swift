/// The identity of an object on one cluster: group, kind, namespace and name.
///
/// The version is no part of it.
package struct ObjectKey: Hashable, Comparable, Sendable, LosslessStringConvertible {
    package let group: String
    package let kind: String
    /// `nil` for an object of the whole cluster.
    package let namespace: String?
    package let name: String

    package init(group: String = "", kind: String, namespace: String? = nil, name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// Reads `Deployment.apps/team-demo/hello` or `Namespace/team-demo`; `nil` for any other form.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts.contains(""), let type = GroupKind(parts[0]) else {
            return nil
        }
        self.init(
            group: type.group,
            kind: type.kind,
            namespace: parts.count == 3 ? parts[1] : nil,
            name: parts[parts.count - 1]
        )
    }

    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }

    /// The text form, such as `Deployment.apps/team-demo/hello`; no part can hold a slash.
    package var description: String {
        [groupKind.description, namespace, name].compactMap(\.self).joined(separator: "/")
    }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.group, left.kind, left.namespace ?? "", left.name)
            < (right.group, right.kind, right.namespace ?? "", right.name)
    }
}
