/// A kind as one API server serves it: where its objects are found and what can be done with them.
package struct APIResource: Hashable, Sendable {
    package let type: GroupVersionKind
    /// The plural name, as it stands in paths: `deployments`.
    package let name: String
    package let isNamespaced: Bool
    package let verbs: Set<String>
    package let shortNames: [String]
    package let categories: [String]

    package init(
        type: GroupVersionKind,
        name: String,
        isNamespaced: Bool,
        verbs: Set<String> = ["get", "list", "watch", "create", "update", "patch", "delete"],
        shortNames: [String] = [],
        categories: [String] = []
    ) {
        self.type = type
        self.name = name
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.shortNames = shortNames
        self.categories = categories
    }

    /// The path of the collection; `namespace` counts for namespaced kinds only.
    package func path(namespace: String? = nil) -> String {
        let root = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
        guard isNamespaced, let namespace else { return "\(root)/\(name)" }
        return "\(root)/namespaces/\(PercentEncoding.segment(namespace))/\(name)"
    }

    /// The path of one object, or of a subresource of it.
    package func path(namespace: String?, object: String, subresource: String? = nil) -> String {
        let path = "\(path(namespace: namespace))/\(PercentEncoding.segment(object))"
        return subresource.map { "\(path)/\($0)" } ?? path
    }
}
