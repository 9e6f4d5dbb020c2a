import JSON

/// One Kubernetes object being built: its identity, and the members beside `metadata`.
struct Manifest {
    let kind: ObjectKind
    let name: String
    let namespace: String?
    var labels: [String: String]
    var annotations: [String: String] = [:]
    /// `spec`, `data`, `rules` and the like.
    var members: [String: JSONValue] = [:]

    /// Every object says who manages it; it is what a person greps for, and what keeps a stranger's object apart.
    static let managedBy = ["app.kubernetes.io/managed-by": "otomi"]

    init(
        _ kind: ObjectKind,
        _ name: String,
        in namespace: String? = nil,
        labels: [String: String] = [:],
        annotations: [String: String] = [:],
        _ members: [String: JSONValue] = [:]
    ) {
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.labels = labels.merging(Self.managedBy) { _, own in own }
        self.annotations = annotations
        self.members = members
    }

    var json: JSONValue {
        var object = members
        object["apiVersion"] = .string(kind.apiVersion)
        object["kind"] = .string(kind.name)
        object["metadata"] = .members([
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "annotations": annotations.isEmpty ? nil : annotations,
        ])
        return .object(object)
    }
}

extension Sequence<Manifest> {
    /// The objects as a layer lists them: by kind in the order of `ObjectKind`, then namespace, then name.
    ///
    /// Two manifests of one kind, namespace and name are one object; the first wins.
    func layerObjects() -> [JSONValue] {
        let keyed = map { manifest in
            (
                key: (manifest.kind.rank, manifest.kind.name, manifest.namespace ?? "", manifest.name),
                manifest: manifest
            )
        }
        var objects: [JSONValue] = []
        var last: (Int, String, String, String)?
        for (key, manifest) in keyed.sorted(by: { $0.key < $1.key }) {
            if let last, last == key { continue }
            objects.append(manifest.json)
            last = key
        }
        return objects
    }
}
