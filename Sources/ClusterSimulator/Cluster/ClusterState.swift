import JSON

/// Everything one simulated cluster knows: a state machine that turns requests into answers, without clock or I/O.
struct ClusterState: Sendable {
    /// One request on one resource.
    struct Scope: Sendable {
        var type: ResourceType
        var version: String
        var namespace: String
        var name: String
        var subresource: String?
        var request: APIRequest

        var objectName: ObjectName { ObjectName(namespace: type.isNamespaced ? namespace : "", name: name) }
        var topology: Topology { type.topology(version) }

        /// The writer, as an entry of `metadata.managedFields`.
        func entry(_ operation: ManagedFields.Operation, now: String) -> ManagedFields.Entry {
            ManagedFields.Entry(
                manager: request.fieldManager,
                operation: operation,
                apiVersion: type.apiVersion(version),
                subresource: subresource ?? "",
                time: now,
                fields: .empty
            )
        }
    }

    let configuration: ClusterConfiguration
    var store: ObjectStore
    var registry: ResourceRegistry
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 0
    /// Watches that lost their place and end as soon as nobody holds the state.
    var lostWatchers: [Watcher] = []
    /// The moment of the request at hand, as objects write it.
    var now = ""
    private var addresses = 0

    init(_ configuration: ClusterConfiguration) {
        self.configuration = configuration
        store = ObjectStore(historyLimit: configuration.historyLimit)
        registry = ResourceRegistry(minor: configuration.minorVersion)
    }

    var behaviour: Behaviour { configuration.behaviour }

    static let namespaces = ResourceKey(group: "", plural: "namespaces")
    static let definitions = ResourceKey(group: "apiextensions.k8s.io", plural: "customresourcedefinitions")

    /// Makes the objects that every cluster begins with.
    mutating func bootstrap() {
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            seed(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        }
        seed([
            "apiVersion": "v1", "kind": "Service",
            "metadata": [
                "name": "kubernetes", "namespace": "default",
                "labels": ["component": "apiserver", "provider": "kubernetes"],
            ],
            "spec": [
                "clusterIP": "10.96.0.1",
                "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
            ],
        ])
        guard behaviour.makesReady else { return }
        seed([
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string("\(configuration.name)-node-1"),
                "labels": ["kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"],
            ],
        ])
    }

    /// Creates an object of the cluster's own; one that exists already stays as it is.
    mutating func seed(_ object: JSONValue) {
        guard let kind = object["kind"]?.stringValue, let apiVersion = object["apiVersion"]?.stringValue else { return }
        let parts = apiVersion.split(separator: "/").map(String.init)
        let group = parts.count > 1 ? parts[0] : ""
        let version = parts.last ?? ""
        guard let type = registry.types(group: group, version: version).first(where: { $0.kind == kind }) else {
            return
        }
        let scope = Scope(
            type: type,
            version: version,
            namespace: object["metadata"]?["namespace"]?.stringValue ?? "",
            name: object["metadata"]?["name"]?.stringValue ?? "",
            subresource: nil,
            request: APIRequest("POST", "/", userAgent: "kube-controller-manager")
        )
        _ = try? create(object, scope)
    }

    mutating func nextAddress() -> String {
        addresses += 1
        return "10.96.\(addresses / 250 % 256).\(addresses % 250 + 2)"
    }

    // MARK: - Reading

    /// The object of a request.
    ///
    /// - Throws: 404 when it is not there.
    func stored(_ scope: Scope) throws(APIStatus) -> StoredObject {
        guard let object = store.object(scope.type.key, scope.objectName) else {
            throw .notFound(scope.type, scope.name)
        }
        return object
    }

    func get(_ scope: Scope) throws(APIStatus) -> APIResponse {
        present(try stored(scope), scope)
    }

    /// One page of a list.
    ///
    /// - Throws: 400 for a selector or a token that cannot be read, 410 for a token that is too old.
    func list(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let request = scope.request
        let selectors = try Selectors(
            label: request.parameter("labelSelector"),
            field: request.parameter("fieldSelector")
        )
        let namespace = scope.type.isNamespaced && !scope.namespace.isEmpty ? scope.namespace : nil
        var objects: [StoredObject]
        if let name = selectors.onlyName, let namespace {
            objects = [store.object(scope.type.key, ObjectName(namespace: namespace, name: name))].compactMap { $0 }
        } else {
            objects = store.objects(scope.type.key, namespace: namespace)
        }
        objects = objects.filter(selectors.matches)
        var revision = store.revision
        if let token = request.parameter("continue"), !token.isEmpty {
            let place = try ListToken(token)
            guard place.revision >= store.forgotten else {
                throw APIStatus(
                    410,
                    "Expired",
                    "The provided continue parameter is too old to display a consistent list result. You can start a new "
                        + "list without the continue parameter."
                )
            }
            revision = place.revision
            objects = Array(objects.drop { $0.name <= place.last })
        }
        var next: String?
        var remaining: Int?
        if let limit = request.parameter("limit").flatMap(Int.init), limit > 0, objects.count > limit {
            remaining = objects.count - limit
            objects = Array(objects.prefix(limit))
            if let last = objects.last { next = ListToken(revision: revision, last: last.name).text }
        }
        return Presentation(scope).list(objects, revision: revision, next: next, remaining: remaining, now: now)
    }

    func present(_ object: StoredObject, _ scope: Scope, status: Int = 200) -> APIResponse {
        Presentation(scope).response(object, status: status, now: now)
    }
}

/// The place where a page of a list ended.
struct ListToken {
    var revision: Int64
    var last: ObjectName

    init(revision: Int64, last: ObjectName) {
        self.revision = revision
        self.last = last
    }

    /// Reads a token.
    ///
    /// - Throws: 400 when it is none.
    init(_ text: String) throws(APIStatus) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let revision = Int64(parts[0]) else {
            throw APIStatus.badRequest("continue key is not valid")
        }
        self.revision = revision
        last = ObjectName(namespace: parts[1], name: parts[2])
    }

    // Names hold no colon, except those of RBAC objects; the last part takes what remains.
    var text: String { "\(revision):\(last.namespace):\(last.name)" }
}
