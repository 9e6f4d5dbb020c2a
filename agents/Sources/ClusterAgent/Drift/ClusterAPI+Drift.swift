import JSON
import Kubernetes

extension ClusterAPI {
    /// Whether the live object has every value that `body` declares, whoever owns the fields.
    ///
    /// The API server itself tells: an apply that is only tried out changes nothing then. An object that is gone, or
    /// whose apply is refused, counts as different; the answer is `nil` when it cannot be looked at now.
    func isAsDeclared(_ body: JSONValue) async -> Bool? {
        var object = KubernetesObject(body)
        object.labels[ApplySet.memberLabel] = AgentSet.id
        do throws(KubernetesError) {
            guard let live = try await client.find(object.type, namespace: object.namespace, name: object.name) else {
                return false
            }
            let planned = try await client.serverSideApply(
                object,
                fieldManager: Self.fieldManager,
                force: true,
                dryRun: true
            )
            return Self.content(live) == Self.content(planned)
        } catch {
            let isPassing = error.isRetryable || error.failedWebhook != nil || error.code == .unauthorized
            return isPassing ? nil : false
        }
    }

    /// The object without what changes with every write.
    private static func content(_ object: KubernetesObject) -> JSONValue {
        var json = object.json
        for member in ["managedFields", "resourceVersion", "generation"] { json["metadata"]?[member] = nil }
        return json
    }
}
