import JSON

/// A set of applied objects as kubectl marks them (KEP-3659): a parent with annotations, members with a label.
///
/// The marks let kubectl and others find and prune the set; what exactly was applied is the `Inventory`.
package struct ApplySet: Hashable, Sendable {
    package static let idLabel = "applyset.kubernetes.io/id"
    package static let memberLabel = "applyset.kubernetes.io/part-of"
    package static let toolingAnnotation = "applyset.kubernetes.io/tooling"
    package static let kindsAnnotation = "applyset.kubernetes.io/contains-group-kinds"
    package static let namespacesAnnotation = "applyset.kubernetes.io/additional-namespaces"

    /// `applyset-<hash>-v1`.
    package var id: String
    /// Who keeps the set, with the version: `otomi-agent/1.0`.
    package var tooling: String
    /// The kinds that the members have or may have.
    package var kinds: Set<GroupKind>
    /// The namespaces of members, beside the parent's own.
    package var namespaces: Set<String>

    package init(id: String, tooling: String, kinds: Set<GroupKind> = [], namespaces: Set<String> = []) {
        self.id = id
        self.tooling = tooling
        self.kinds = kinds
        self.namespaces = namespaces
    }

    /// Reads the marks of `parent`; `nil` when it is no ApplySet's parent.
    package init?(parent: KubernetesObject) {
        guard let id = parent.labels[Self.idLabel] else { return nil }
        let annotations = parent.annotations
        func items(_ name: String) -> [String] { annotations[name, default: ""].split(separator: ",").map(String.init) }
        self.init(
            id: id,
            tooling: annotations[Self.toolingAnnotation] ?? "",
            kinds: Set(items(Self.kindsAnnotation).compactMap { GroupKind($0) }),
            namespaces: Set(items(Self.namespacesAnnotation))
        )
    }

    /// What the id is the hash of: SHA-256 of this, in URL-safe Base64 without padding, goes to `id(hash:)`.
    package static func hashInput(parent: ObjectKey) -> String {
        "\(parent.name).\(parent.namespace ?? "").\(parent.kind).\(parent.group)"
    }

    /// The id for the hash of `hashInput(parent:)`.
    package static func id(hash: String) -> String { "applyset-\(hash)-v1" }

    /// Which objects belong to the set.
    package var members: LabelSelector { LabelSelector(labels: [Self.memberLabel: id]) }

    /// Extends the set by what `key` is.
    package mutating func include(_ key: ObjectKey) {
        kinds.insert(key.groupKind)
        if let namespace = key.namespace { namespaces.insert(namespace) }
    }

    /// Writes the marks of the set on its parent.
    package func mark(parent: inout KubernetesObject) {
        parent.labels[Self.idLabel] = id
        var annotations = parent.annotations
        annotations[Self.toolingAnnotation] = tooling
        annotations[Self.kindsAnnotation] = kinds.map(\.description).sorted().joined(separator: ",")
        let home = parent.namespace
        annotations[Self.namespacesAnnotation] = namespaces.filter { $0 != home }.sorted().joined(separator: ",")
        parent.annotations = annotations
    }

    /// Writes the mark of a member.
    package func mark(member: inout KubernetesObject) {
        member.labels[Self.memberLabel] = id
    }
}
