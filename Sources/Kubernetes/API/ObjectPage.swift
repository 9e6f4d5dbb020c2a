package import JSON

/// Objects of one kind, as one list request answers them; or all pages together.
package struct ObjectPage: Hashable, Sendable {
    package var objects: [KubernetesObject]
    /// The state of the collection that this is; a watch goes on from here.
    package var resourceVersion: String
    /// Where the next page begins, `nil` after the last.
    package var continueToken: String?

    package init(objects: [KubernetesObject], resourceVersion: String, continueToken: String? = nil) {
        self.objects = objects
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
    }

    /// Reads a list; its items get back the type that lists leave out, and metadata-only items hide.
    package init(json: JSONValue, type: GroupVersionKind) {
        let metadata = json["metadata"]
        let token = metadata?["continue"]?.stringValue ?? ""
        self.init(
            objects: (json["items"]?.arrayValue ?? []).map { KubernetesObject($0, typed: type) },
            resourceVersion: metadata?["resourceVersion"]?.stringValue ?? "",
            continueToken: token.isEmpty ? nil : token
        )
    }
}

extension KubernetesObject {
    /// Takes an object whose type is known from where it was found.
    init(_ json: JSONValue, typed type: GroupVersionKind) {
        var json = json
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        self.init(json)
    }
}
