package import JSON

/// What names one Kubernetes object on a cluster, whatever version of its kind it is written in.
package struct ObjectIdentity: Hashable, Sendable {
    package let group: String
    package let kind: String
    /// `nil` for what is of the whole cluster.
    package let namespace: String?
    package let name: String

    package init(group: String = "", kind: String, namespace: String? = nil, name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// Reads it from an object; `nil` when it has no kind or no name.
    package init?(of object: JSONValue) {
        guard let kind = object["kind"]?.stringValue, let name = object["metadata"]?["name"]?.stringValue else {
            return nil
        }
        let version = object["apiVersion"]?.stringValue ?? ""
        self.init(
            group: version.firstIndex(of: "/").map { String(version[..<$0]) } ?? "",
            kind: kind,
            namespace: object["metadata"]?["namespace"]?.stringValue,
            name: name
        )
    }
}

extension ObjectIdentity: Comparable {
    package static func < (left: ObjectIdentity, right: ObjectIdentity) -> Bool {
        (left.namespace ?? "", left.kind, left.name, left.group)
            < (right.namespace ?? "", right.kind, right.name, right.group)
    }
}
