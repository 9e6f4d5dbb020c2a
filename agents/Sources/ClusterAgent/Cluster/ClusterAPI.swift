import Concurrency
import JSON
package import Kubernetes

/// What the agent does with its API server: every call with bounded retries, every failure sorted by whom it concerns.
package struct ClusterAPI: Sendable {
    /// Whose fields ours are.
    package static let fieldManager = "otomi-agent"
    /// How often one call is made before its object counts as failed in this pass.
    static let attempts = 4
    /// The same while a webhook does not answer: each attempt lasts until its deadline.
    static let webhookAttempts = 2

    let client: KubernetesClient
    let environment: AgentEnvironment
    /// Shared by all calls.
    let pace: Pace
    let refusals = DeployerRefusals()

    /// Makes a client for `configuration`.
    ///
    /// - Throws: `KubernetesError` when it cannot be used.
    package init(_ configuration: KubernetesConfiguration, environment: AgentEnvironment) throws(KubernetesError) {
        client = try KubernetesClient(configuration)
        self.environment = environment
        pace = Pace(environment)
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

    /// Makes a call, and makes it again with back-off while that may help; `isWorthIt` adds errors to the usual ones.
    ///
    /// While the API server is overloaded, all calls wait for it together.
    func retrying<Result: Sendable>(
        also isWorthIt: (KubernetesError) -> Bool = { _ in false },
        _ call: () async throws(KubernetesError) -> Result
    ) async throws(KubernetesError) -> Result {
        var backoff = Backoff(base: .milliseconds(100), cap: .seconds(2))
        while true {
            try await pace.wait()
            let start = environment.now()
            do throws(KubernetesError) {
                let result = try await call()
                pace.note(from: start)
                return result
            } catch {
                pace.note(error, from: start)
                let attempts = error.failedWebhook == nil ? Self.attempts : Self.webhookAttempts
                guard Self.isTransient(error) || isWorthIt(error), backoff.attempts + 1 < attempts else { throw error }
                let asked = error.isOverload ? .zero : min(error.retryAfter ?? .zero, .seconds(30))
                try await pace.sleep(max(environment.next(&backoff), asked))
            }
        }
    }

    /// Whether the same call may succeed within moments; what needs longer is for a later pass.
    private static func isTransient(_ error: KubernetesError) -> Bool {
        error.isRetryable && error.code != .notServed && !error.isNamespaceTerminating
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
