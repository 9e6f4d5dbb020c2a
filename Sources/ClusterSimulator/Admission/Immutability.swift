import JSON

/// Fields that may not change once they are set, for the kinds where clients meet the rule.
enum Immutability {
    private static let fields: [String: [[String]]] = [
        "Job.batch": [["spec", "template"], ["spec", "completions"], ["spec", "selector"]],
        "Deployment.apps": [["spec", "selector"]],
        "DaemonSet.apps": [["spec", "selector"]],
        "StatefulSet.apps": [["spec", "selector"], ["spec", "serviceName"], ["spec", "podManagementPolicy"]],
        "Service.": [["spec", "clusterIP"]],
        "Secret.": [["type"]],
        "PersistentVolumeClaim.": [["spec", "storageClassName"], ["spec", "accessModes"], ["spec", "volumeName"]],
        "RoleBinding.rbac.authorization.k8s.io": [["roleRef"]],
        "ClusterRoleBinding.rbac.authorization.k8s.io": [["roleRef"]],
        "CustomResourceDefinition.apiextensions.k8s.io": [
            ["spec", "group"], ["spec", "scope"], ["spec", "names", "kind"],
        ],
        "StorageClass.storage.k8s.io": [["provisioner"], ["parameters"]],
    ]

    /// Refuses a change of a field that cannot change.
    ///
    /// - Throws: 422 naming the field.
    static func check(_ new: JSONValue, over live: JSONValue?, _ scope: ClusterState.Scope) throws(APIStatus) {
        guard let live, scope.subresource == nil else {
            if scope.type.key == ClusterState.definitions { try checkDefinition(new, scope) }
            return
        }
        if scope.type.kind == "ConfigMap" || scope.type.kind == "Secret", scope.type.group.isEmpty,
            live["immutable"] == true
        {
            for field in ["data", "binaryData", "immutable"] where new[field] != live[field] {
                throw .invalid(
                    scope.type,
                    scope.name,
                    field: field,
                    reason: "FieldValueForbidden",
                    "Forbidden: field is immutable when `immutable` is set"
                )
            }
        }
        for path in fields["\(scope.type.kind).\(scope.type.group)"] ?? [] {
            let pointer = JSONPointer(path)
            guard let old = live[pointer], old != new[pointer] else { continue }
            if path.last == "volumeName", old == "" { continue }
            throw .invalid(
                scope.type,
                scope.name,
                field: path.joined(separator: "."),
                "Invalid value: \((new[pointer] ?? .null).compactText): field is immutable"
            )
        }
    }

    private static func checkDefinition(_ new: JSONValue, _ scope: ClusterState.Scope) throws(APIStatus) {
        let plural = new["spec"]?["names"]?["plural"]?.stringValue ?? ""
        let group = new["spec"]?["group"]?.stringValue ?? ""
        guard scope.name == "\(plural).\(group)" else {
            throw .invalid(
                scope.type,
                scope.name,
                field: "metadata.name",
                "Invalid value: \"\(scope.name)\": must be spec.names.plural+\".\"+spec.group"
            )
        }
    }
}
