import Kubernetes

extension ClusterAPI {
    static let settingsType = GroupVersionKind(version: "v1", kind: "ConfigMap")

    /// Reads what the cluster's people say, and makes the ConfigMap on which they can when there is none.
    ///
    /// It is made without an annotation, so that none of theirs is ever overwritten.
    ///
    /// - Throws: `ClusterError` when it can neither be read nor made.
    func settings() async throws(ClusterError) -> ClusterSettings {
        let labels = ["app.kubernetes.io/managed-by": "otomi"]
        var object = KubernetesObject(Self.settingsType, namespace: AgentSet.namespace, name: AgentSet.settingsName)
        object.labels = labels
        do throws(KubernetesError) {
            let found = try await retrying { () async throws(KubernetesError) in
                try await client.find(Self.settingsType, namespace: AgentSet.namespace, name: AgentSet.settingsName)
            }
            if let found { return ClusterSettings(found) }
            do throws(KubernetesError) { return ClusterSettings(try await make(object)) } catch {
                guard error.code == .notFound else { throw error }
                var namespace = KubernetesObject(
                    GroupVersionKind(version: "v1", kind: "Namespace"),
                    name: AgentSet.namespace
                )
                namespace.labels = labels
                _ = try await make(namespace)
                return ClusterSettings(try await make(object))
            }
        } catch {
            throw ClusterError(
                "whether this cluster is held cannot be told: its ConfigMap \(AgentSet.namespace)/"
                    + "\(AgentSet.settingsName) can neither be read nor made: \(error)"
            )
        }
    }

    private func make(_ object: KubernetesObject) async throws(KubernetesError) -> KubernetesObject {
        try await retrying { () async throws(KubernetesError) in
            try await client.serverSideApply(object, fieldManager: Self.fieldManager, force: true, answer: .metadata)
        }
    }
}
