/// In which order objects of different kinds are applied; deletion is the reverse.
package struct ApplyOrder: Hashable, Comparable, Sendable {
    /// What has to be finished before the next begins.
    package enum Stage: Int, Comparable, Sendable, CaseIterable {
        /// Definitions: they are waited for until established.
        case definitions
        /// Namespaces and what all others lean on.
        case namespaces
        /// Everything else.
        case objects

        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// Lower is earlier.
    package let rank: Int

    package init(_ type: GroupKind) {
        rank = Self.ranks[type] ?? (Self.ranksOfAnyGroup[type.kind] ?? Self.rankOfOthers)
    }

    package init(_ key: ObjectKey) {
        self.init(key.groupKind)
    }

    package var stage: Stage {
        switch rank {
        case 0: .definitions
        case 1: .namespaces
        default: .objects
        }
    }

    package static func < (left: ApplyOrder, right: ApplyOrder) -> Bool { left.rank < right.rank }

    /// Sorts for applying: by rank, then namespace, kind and name, so that the order is always the same.
    package static func sorted(_ objects: [KubernetesObject]) -> [KubernetesObject] {
        objects.map { (order: ApplyOrder($0.key), key: $0.key, object: $0) }
            .sorted { left, right in
                left.order == right.order ? precedes(left.key, right.key) : left.order < right.order
            }
            .map(\.object)
    }

    /// Sorts for deleting: the reverse of applying.
    package static func sortedForDeletion(_ keys: [ObjectKey]) -> [ObjectKey] {
        keys.map { (order: ApplyOrder($0), key: $0) }
            .sorted { left, right in
                left.order == right.order ? precedes(right.key, left.key) : right.order < left.order
            }
            .map(\.key)
    }

    private static func precedes(_ left: ObjectKey, _ right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.kind, left.group, left.name) < (
            right.namespace ?? "", right.kind, right.group, right.name
        )
    }

    private static let order: [GroupKind] = [
        GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"),
        GroupKind(kind: "Namespace"),
        GroupKind(group: "scheduling.k8s.io", kind: "PriorityClass"),
        GroupKind(group: "node.k8s.io", kind: "RuntimeClass"),
        GroupKind(group: "storage.k8s.io", kind: "StorageClass"),
        GroupKind(group: "networking.k8s.io", kind: "IngressClass"),
        GroupKind(group: "networking.k8s.io", kind: "NetworkPolicy"),
        GroupKind(kind: "ResourceQuota"),
        GroupKind(kind: "LimitRange"),
        GroupKind(group: "policy", kind: "PodSecurityPolicy"),
        GroupKind(kind: "ServiceAccount"),
        GroupKind(kind: "Secret"),
        GroupKind(kind: "ConfigMap"),
        GroupKind(kind: "PersistentVolume"),
        GroupKind(kind: "PersistentVolumeClaim"),
        GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRole"),
        GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding"),
        GroupKind(group: "rbac.authorization.k8s.io", kind: "Role"),
        GroupKind(group: "rbac.authorization.k8s.io", kind: "RoleBinding"),
        GroupKind(kind: "Service"),
        GroupKind(group: "policy", kind: "PodDisruptionBudget"),
        GroupKind(group: "apps", kind: "DaemonSet"),
        GroupKind(kind: "Pod"),
        GroupKind(kind: "ReplicationController"),
        GroupKind(group: "apps", kind: "ReplicaSet"),
        GroupKind(group: "apps", kind: "Deployment"),
        GroupKind(group: "apps", kind: "StatefulSet"),
        GroupKind(group: "autoscaling", kind: "HorizontalPodAutoscaler"),
        GroupKind(group: "batch", kind: "Job"),
        GroupKind(group: "batch", kind: "CronJob"),
        GroupKind(group: "networking.k8s.io", kind: "Ingress"),
    ]

    private static let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })

    /// Custom kinds come after what they lean on; those that change how others are admitted come last.
    private static let rankOfOthers = order.count

    private static let ranksOfAnyGroup = [
        "APIService": order.count + 1,
        "MutatingWebhookConfiguration": order.count + 2,
        "ValidatingWebhookConfiguration": order.count + 2,
        "ValidatingAdmissionPolicy": order.count + 2,
        "ValidatingAdmissionPolicyBinding": order.count + 3,
    ]
}
