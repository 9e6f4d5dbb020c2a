import Concurrency
import JSON
package import Kubernetes

/// What the agent does with its API server: every call with bounded retries, every failure sorted by whom it concerns.
package struct ClusterAPI: Sendable {
    /// Whose fields ours are.
    package static let fieldManager = "otomi-agent"
    /// How often one call is made before its object counts as failed in this pass.
    static let attempts = 4

    let client: KubernetesClient
    let environment: AgentEnvironment

    /// Makes a client for `configuration`.
    ///
    /// - Throws: `KubernetesError` when it cannot be used.
    package init(_ configuration: KubernetesConfiguration, environment: AgentEnvironment) throws(KubernetesError) {
        client = try KubernetesClient(configuration)
        self.environment = environment
    }

    package func shutDown() async {
        await client.shutDown()
    }

    /// The uid of the cluster: that of its `kube-system` namespace.
    ///
    /// - Throws: `KubernetesError` when the API server does not answer.
    package func uid() async throws(KubernetesError) -> String {
        let type = GroupVersionKind(version: "v1", kind: "Namespace")
        let namespace = try await retrying { () async throws(KubernetesError) in
            try await client.get(type, name: "kube-system")
        }
        return namespace.uid ?? ""
    }

    /// The API server's version, such as `v1.30.2`.
    ///
    /// - Throws: `KubernetesError` when the API server does not answer.
    package func version() async throws(KubernetesError) -> String {
        try await retrying { () async throws(KubernetesError) in try await client.version() }
    }

    /// Makes a call, and makes it again with back-off while that may help.
    func retrying<Result: Sendable>(
        _ call: () async throws(KubernetesError) -> Result
    ) async throws(KubernetesError) -> Result {
        var backoff = Backoff(base: .milliseconds(100), cap: .seconds(2))
        while true {
            do throws(KubernetesError) {
                return try await call()
            } catch {
                guard error.isRetryable, error.code != .notServed, backoff.attempts + 1 < Self.attempts else {
                    throw error
                }
                let wait = max(environment.next(&backoff), min(error.retryAfter ?? .zero, .seconds(30)))
                do { try await environment.sleep(wait) } catch { throw KubernetesError(.cancelled, "the agent stops") }
            }
        }
    }

    // MARK: - Applying

    /// Applies one object, given as a line of a layer, with our label added.
    func apply(_ line: some Collection<UInt8> & Sendable) async -> ApplyAnswer {
        var object: KubernetesObject
        do throws(JSONError) { object = KubernetesObject(try JSONValue(parsing: line)) } catch {
            return .failed("the object is no JSON: \(error)")
        }
        object.labels[ApplySet.memberLabel] = AgentSet.id
        let key = object.key
        do throws(KubernetesError) {
            let resource = try await retrying { () async throws(KubernetesError) in
                try await client.resource(for: object.type)
            }
            guard resource.isNamespaced == (key.namespace != nil) else {
                return .failed(
                    resource.isNamespaced
                        ? "\(key) names no namespace, and objects of its kind live in one"
                        : "\(key) names a namespace, and objects of its kind are of the whole cluster"
                )
            }
            let body = object.json.serialized()
            let isInert = Self.isInert(key.groupKind)
            let live = try await retrying { () async throws(KubernetesError) in
                try await client.serverSideApply(
                    body: body,
                    to: key,
                    of: resource,
                    fieldManager: Self.fieldManager,
                    force: true,
                    answer: isInert ? .metadata : .full
                )
            }
            return .applied(Self.liveObject(live, isInert: isInert))
        } catch { return answer(to: error, key) }
    }

    private func answer(to error: KubernetesError, _ key: ObjectKey) -> ApplyAnswer {
        switch error.code {
        case .notServed: return .notServed(error.message)
        case .unreachable, .cancelled, .unauthorized, .configuration: return .unavailable(error.description)
        case .timeout where error.status == nil: return .unavailable(error.description)
        case .notFound:
            // The kind may have gone with its definition, or its namespace is not there yet.
            client.discovery.invalidate(group: key.group)
            return .failed(error.description)
        case .tooLarge:
            return .failed("\(error); an API server keeps no object above 1.5 MiB: split it")
        default:
            let fields = error.immutableFields
            guard !fields.isEmpty else { return .failed(error.description) }
            return .failed(
                "\(key): \(fields.joined(separator: ", ")) cannot be changed on an existing object; delete it to have it "
                    + "made anew (\(error.message))"
            )
        }
    }

    static func liveObject(_ object: KubernetesObject, isInert: Bool) -> LiveObject {
        LiveObject(
            uid: object.uid ?? "",
            resourceVersion: object.resourceVersion ?? "",
            ownedFields: OwnedFields.fingerprint(object.metadata["managedFields"], manager: fieldManager),
            health: isInert ? .ready : ObjectHealth(object)
        )
    }

    /// Kinds that are ready as soon as they exist: nothing of theirs has to come about.
    static func isInert(_ kind: GroupKind) -> Bool {
        switch kind.group {
        case "":
            [
                "ConfigMap", "Secret", "ServiceAccount", "ResourceQuota", "LimitRange", "Endpoints",
            ].contains(kind.kind)
        case "rbac.authorization.k8s.io", "scheduling.k8s.io", "admissionregistration.k8s.io": true
        case "networking.k8s.io": kind.kind != "Ingress"
        default: false
        }
    }

    // MARK: - Definitions

    /// Waits, a minute at most, until a definition is established.
    func waitUntilEstablished(_ name: String) async {
        let type = GroupVersionKind(group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition")
        var backoff = Backoff(base: .milliseconds(20), cap: .seconds(1))
        let end = environment.now() + .seconds(60)
        while environment.now() < end, !Task.isCancelled {
            let definition = try? await client.find(type, name: name)
            let conditions = definition?.status?["conditions"]?.arrayValue ?? []
            let isEstablished = conditions.contains {
                $0["type"]?.stringValue == "Established" && $0["status"]?.stringValue == "True"
            }
            if isEstablished { break }
            guard (try? await environment.sleep(max(.milliseconds(5), environment.next(&backoff)))) != nil else {
                break
            }
        }
        if let dot = name.firstIndex(of: ".") {
            client.discovery.invalidate(group: String(name[name.index(after: dot)...]))
        }
    }
}
