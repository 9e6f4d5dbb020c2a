import JSON
import Kubernetes

/// What one contender applies: ConfigMaps, Secrets and Roles of the size that is common.
struct ObjectSet: Sendable {
    let namespace: String
    let objects: [JSONValue]

    init(namespace: String, count: Int, value: String) {
        self.namespace = namespace
        objects = (0..<count).map { Self.object($0, namespace, value) }
    }

    static func name(of number: Int) -> String { "object-\(number)" }

    /// Eight of ten are ConfigMaps.
    private static func object(_ number: Int, _ namespace: String, _ value: String) -> JSONValue {
        let metadata: JSONValue = [
            "name": .string(name(of: number)), "namespace": .string(namespace),
            "labels": ["app.kubernetes.io/name": "benchmark", "app.kubernetes.io/instance": .string(name(of: number))],
            "annotations": ["example.com/number": .string(String(number))],
        ]
        // One that is asked for by the drift samples is always a ConfigMap.
        switch number >= 200 ? number % 10 : 0 {
        case 8:
            return [
                "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque",
                "data": ["value": .string(value == "1" ? "MQ==" : "Mg==")],
            ]
        case 9:
            return [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata,
                "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": [value == "1" ? "get" : "list"]]],
            ]
        default:
            return [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
                "data": [
                    "value": .string(value), "settings": .string(String(repeating: "key = \(number)\n", count: 20)),
                ],
            ]
        }
    }

    /// All of them as kubectl reads them.
    var list: JSONValue { ["apiVersion": "v1", "kind": "List", "items": .array(objects)] }

    /// Path and body of each server-side apply.
    var patches: [(path: String, body: [UInt8])] {
        objects.map { object in
            let isRole = object["kind"] == "Role"
            let plural = isRole ? "roles" : object["kind"] == "Secret" ? "secrets" : "configmaps"
            let prefix = isRole ? "/apis/rbac.authorization.k8s.io/v1" : "/api/v1"
            let name = object["metadata"]?["name"]?.stringValue ?? ""
            return ("\(prefix)/namespaces/\(namespace)/\(plural)/\(name)", object.serialized())
        }
    }
}
