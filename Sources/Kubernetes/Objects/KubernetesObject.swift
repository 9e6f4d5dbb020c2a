package import JSON

/// Any Kubernetes object: its JSON, with names for what every object has.
package struct KubernetesObject: Hashable, Sendable, JSONRepresentable {
    package var json: JSONValue

    /// Takes any object; members that are absent read as empty.
    package init(_ json: JSONValue) {
        self.json = json
    }

    /// Takes an object that can be addressed.
    ///
    /// - Throws: `JSONError` naming the member without which it cannot: `apiVersion`, `kind`, `metadata/name`.
    package init(json: JSONValue) throws(JSONError) {
        let _: String = try json.required("apiVersion")
        let _: String = try json.required("kind")
        let metadata: JSONValue = try json.required("metadata")
        do throws(JSONError) {
            let name: String = try metadata.required("name")
            guard !name.isEmpty else { throw JSONError("is empty", at: JSONPointer(["name"])) }
            let _: String? = try metadata.optional("namespace")
        } catch { throw error.inside("metadata") }
        self.json = json
    }

    /// An object with its type and name, and nothing else.
    package init(_ type: GroupVersionKind, namespace: String? = nil, name: String) {
        var metadata: JSONValue = ["name": .string(name)]
        if let namespace { metadata["namespace"] = .string(namespace) }
        json = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": metadata]
    }

    package var apiVersion: String { json["apiVersion"]?.stringValue ?? "" }
    package var kind: String { json["kind"]?.stringValue ?? "" }
    package var type: GroupVersionKind { GroupVersionKind(apiVersion: apiVersion, kind: kind) }

    package var key: ObjectKey {
        let type = type
        return ObjectKey(group: type.group, kind: type.kind, namespace: namespace, name: name)
    }

    package var spec: JSONValue? { json["spec"] }
    package var status: JSONValue? { json["status"] }

    // MARK: - Metadata

    package var metadata: JSONValue {
        get { json["metadata"] ?? [:] }
        set { json["metadata"] = newValue }
    }

    package var name: String { metadata["name"]?.stringValue ?? "" }

    /// `nil` for an object of the whole cluster, or one that does not state it.
    package var namespace: String? {
        metadata["namespace"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    package var uid: String? { metadata["uid"]?.stringValue }
    package var resourceVersion: String? { metadata["resourceVersion"]?.stringValue }
    package var generation: Int64? { metadata["generation"]?.integerValue }
    package var creationTimestamp: String? { metadata["creationTimestamp"]?.stringValue }
    /// When deletion was asked for; the object is still there because of finalizers or a grace period.
    package var deletionTimestamp: String? { metadata["deletionTimestamp"]?.stringValue }
    package var isTerminating: Bool { deletionTimestamp != nil }
    package var finalizers: [String] { metadata["finalizers"]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// Members that are not strings are left out; setting an empty dictionary removes the member.
    package var labels: [String: String] {
        get { texts("labels") }
        set { setTexts("labels", newValue) }
    }

    /// Members that are not strings are left out; setting an empty dictionary removes the member.
    package var annotations: [String: String] {
        get { texts("annotations") }
        set { setTexts("annotations", newValue) }
    }

    /// Who else wants this object to live as long as they do.
    package var ownerReferences: [JSONValue] { metadata["ownerReferences"]?.arrayValue ?? [] }

    /// The field managers' records, as the API server keeps them.
    package var managedFields: [JSONValue] { metadata["managedFields"]?.arrayValue ?? [] }

    private func texts(_ member: String) -> [String: String] {
        metadata[member]?.objectValue?.compactMapValues(\.stringValue) ?? [:]
    }

    private mutating func setTexts(_ member: String, _ texts: [String: String]) {
        var metadata = metadata
        metadata[member] = texts.isEmpty ? nil : .object(texts.mapValues(JSONValue.string))
        self.metadata = metadata
    }
}
