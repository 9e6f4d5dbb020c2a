import Bundles
import JSON
import Kubernetes

extension ClusterAPI {
    private static let secret = GroupVersionKind(version: "v1", kind: "Secret")

    /// Reads the copy of the agent's state that the cluster keeps; `nil` when there is none or it is none of ours.
    ///
    /// - Throws: `KubernetesError` when the API server does not answer.
    func readState() async throws(KubernetesError) -> StateCopy? {
        let found = try await retrying { () async throws(KubernetesError) in
            try await client.find(Self.secret, namespace: AgentSet.namespace, name: AgentSet.stateName)
        }
        guard let data = found?.json["data"] else { return nil }
        func bytes(_ name: String) -> [UInt8]? { data[name]?.stringValue.flatMap { Base64.decode($0) } }
        guard let identity = bytes(StateCopy.identityKey), let trust = bytes(StateCopy.trustKey) else { return nil }
        return StateCopy(identity: identity, trust: trust)
    }

    /// Writes the copy; makes the agent's namespace when it is missing.
    ///
    /// - Throws: `KubernetesError` when the API server does not take it.
    func writeState(_ copy: StateCopy) async throws(KubernetesError) {
        var object = KubernetesObject(Self.secret, namespace: AgentSet.namespace, name: AgentSet.stateName)
        object.labels = [Self.ownerLabel: "otomi"]
        object.json["data"] = [
            StateCopy.identityKey: .string(Base64.encode(copy.identity)),
            StateCopy.trustKey: .string(Base64.encode(copy.trust)),
        ]
        try await storeOwn(object)
    }
}
