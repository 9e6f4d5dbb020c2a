import JSON
import Kubernetes

extension ClusterAPI {
    /// Whether the live object has every value that `body` declares, whoever owns the fields.
    ///
    /// The API server itself tells: an apply that is only tried out changes nothing then. An object that cannot be looked
    /// at counts as different.
    func isAsDeclared(_ body: JSONValue) async -> Bool {
        var object = KubernetesObject(body)
        object.labels[ApplySet.memberLabel] = AgentSet.id
        guard
            let live = try? await client.find(object.type, namespace: object.namespace, name: object.name),
            let planned = try? await client.serverSideApply(
                object,
                fieldManager: Self.fieldManager,
                force: true,
                dryRun: true
            )
        else { return false }
        return Self.content(live) == Self.content(planned)
    }

    /// The object without what changes with every write.
    private static func content(_ object: KubernetesObject) -> JSONValue {
        var json = object.json
        for member in ["managedFields", "resourceVersion", "generation"] { json["metadata"]?[member] = nil }
        return json
    }
}
