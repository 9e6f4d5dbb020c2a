import JSON

/// The fields that an API server lets nobody change once an object exists.
enum ImmutableFields {
    private struct Rule {
        let group: String
        let kind: String
        /// What cannot be changed.
        let fixed: [[String]]
        /// What below it can.
        var free: [[String]] = []
    }

    private static let rules: [Rule] = [
        Rule(group: "apps", kind: "Deployment", fixed: [["spec", "selector"]]),
        Rule(group: "apps", kind: "DaemonSet", fixed: [["spec", "selector"]]),
        Rule(group: "apps", kind: "ReplicaSet", fixed: [["spec", "selector"]]),
        Rule(
            group: "apps",
            kind: "StatefulSet",
            fixed: [["spec"]],
            free: [
                ["spec", "replicas"], ["spec", "template"], ["spec", "updateStrategy"], ["spec", "minReadySeconds"],
                ["spec", "ordinals"], ["spec", "revisionHistoryLimit"],
                ["spec", "persistentVolumeClaimRetentionPolicy"],
            ]
        ),
        Rule(
            group: "batch",
            kind: "Job",
            fixed: [
                ["spec", "template"], ["spec", "selector"], ["spec", "completionMode"],
                ["spec", "backoffLimitPerIndex"],
                ["spec", "podFailurePolicy"],
            ]
        ),
        Rule(group: "", kind: "Service", fixed: [["spec", "clusterIP"], ["spec", "clusterIPs"]]),
        Rule(
            group: "",
            kind: "PersistentVolumeClaim",
            fixed: [["spec"]],
            free: [["spec", "resources"], ["spec", "volumeAttributesClassName"]]
        ),
        Rule(group: "", kind: "Secret", fixed: [["type"]]),
        Rule(
            group: "storage.k8s.io",
            kind: "StorageClass",
            fixed: [["provisioner"], ["parameters"], ["reclaimPolicy"], ["volumeBindingMode"]]
        ),
        Rule(group: "rbac.authorization.k8s.io", kind: "RoleBinding", fixed: [["roleRef"]]),
        Rule(group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", fixed: [["roleRef"]]),
        Rule(
            group: "apiextensions.k8s.io",
            kind: "CustomResourceDefinition",
            fixed: [["spec", "group"], ["spec", "scope"], ["spec", "names", "kind"], ["spec", "names", "plural"]]
        ),
    ]

    /// Those of `pointers`, which change in `object`, that cannot.
    static func among(_ pointers: [JSONPointer], of object: ObjectIdentity, before: JSONValue) -> [JSONPointer] {
        let isSealed = before["immutable"] == true && object.group.isEmpty
        let rule = rules.first { $0.group == object.group && $0.kind == object.kind }
        return pointers.filter { pointer in
            if isSealed, ["data", "binaryData", "stringData", "immutable"].contains(pointer.tokens.first) {
                return true
            }
            guard let rule else { return false }
            // A change of a whole branch changes what is fixed below it.
            func touches(_ path: [String]) -> Bool {
                pointer.tokens.starts(with: path) || path.starts(with: pointer.tokens)
            }
            return rule.fixed.contains(where: touches)
                && !rule.free.contains { pointer.tokens.starts(with: $0) }
        }
    }
}
