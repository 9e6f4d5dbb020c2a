/// The resources that every Kubernetes API server has, as far as this simulator serves them.
enum BuiltinResources {
    /// The table for one minor version of Kubernetes 1.
    static func types(minor: Int) -> [ResourceType] {
        core + apps + batch(minor) + networking(minor) + access + storage + scaling(minor) + extensions
    }

    private static func type(
        _ group: String,
        _ versions: [String],
        _ kind: String,
        _ plural: String,
        short: [String] = [],
        namespaced: Bool = true,
        status: Bool = false,
        generation: Bool = false,
        name: ResourceType.NameRule = .subdomain,
        all: Bool = false
    ) -> ResourceType {
        ResourceType(
            group: group,
            kind: kind,
            plural: plural,
            singular: kind.lowercased(),
            shortNames: short,
            categories: all ? ["all"] : [],
            isNamespaced: namespaced,
            versions: versions.map { ResourceType.Version(name: $0, schema: nil, hasStatus: status) },
            nameRule: name,
            hasGeneration: generation
        )
    }

    private static let core: [ResourceType] = [
        type("", ["v1"], "ConfigMap", "configmaps", short: ["cm"]),
        type("", ["v1"], "Endpoints", "endpoints", short: ["ep"]),
        type("", ["v1"], "Event", "events", short: ["ev"]),
        type("", ["v1"], "LimitRange", "limitranges", short: ["limits"]),
        type("", ["v1"], "Namespace", "namespaces", short: ["ns"], namespaced: false, status: true, name: .label),
        type("", ["v1"], "Node", "nodes", short: ["no"], namespaced: false, status: true),
        type(
            "",
            ["v1"],
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
            short: ["pvc"],
            status: true
        ),
        type("", ["v1"], "PersistentVolume", "persistentvolumes", short: ["pv"], namespaced: false, status: true),
        type("", ["v1"], "Pod", "pods", short: ["po"], status: true, all: true),
        type("", ["v1"], "PodTemplate", "podtemplates", generation: true),
        type(
            "",
            ["v1"],
            "ReplicationController",
            "replicationcontrollers",
            short: ["rc"],
            status: true,
            generation: true,
            all: true
        ),
        type("", ["v1"], "ResourceQuota", "resourcequotas", short: ["quota"], status: true),
        type("", ["v1"], "Secret", "secrets"),
        type("", ["v1"], "ServiceAccount", "serviceaccounts", short: ["sa"]),
        type("", ["v1"], "Service", "services", short: ["svc"], status: true, name: .startsWithLetter, all: true),
    ]

    private static let apps: [ResourceType] = [
        type("apps", ["v1"], "ControllerRevision", "controllerrevisions"),
        type("apps", ["v1"], "DaemonSet", "daemonsets", short: ["ds"], status: true, generation: true, all: true),
        type("apps", ["v1"], "Deployment", "deployments", short: ["deploy"], status: true, generation: true, all: true),
        type("apps", ["v1"], "ReplicaSet", "replicasets", short: ["rs"], status: true, generation: true, all: true),
        type("apps", ["v1"], "StatefulSet", "statefulsets", short: ["sts"], status: true, generation: true, all: true),
    ]

    private static func batch(_ minor: Int) -> [ResourceType] {
        var versions: [String] = []
        if minor >= 21 { versions.append("v1") }
        if minor < 25 { versions.append("v1beta1") }
        return [
            type("batch", versions, "CronJob", "cronjobs", short: ["cj"], status: true, generation: true, all: true),
            type("batch", ["v1"], "Job", "jobs", status: true, generation: true, all: true),
        ]
    }

    private static func networking(_ minor: Int) -> [ResourceType] {
        let slices = minor >= 21 ? ["v1"] : ["v1beta1"]
        return [
            type("networking.k8s.io", ["v1"], "Ingress", "ingresses", short: ["ing"], status: true, generation: true),
            type("networking.k8s.io", ["v1"], "IngressClass", "ingressclasses", namespaced: false, generation: true),
            type("networking.k8s.io", ["v1"], "NetworkPolicy", "networkpolicies", short: ["netpol"], generation: true),
            type("discovery.k8s.io", slices, "EndpointSlice", "endpointslices", generation: true),
        ]
    }

    private static let access: [ResourceType] = [
        type("rbac.authorization.k8s.io", ["v1"], "ClusterRole", "clusterroles", namespaced: false, name: .pathSegment),
        type(
            "rbac.authorization.k8s.io",
            ["v1"],
            "ClusterRoleBinding",
            "clusterrolebindings",
            namespaced: false,
            name: .pathSegment
        ),
        type("rbac.authorization.k8s.io", ["v1"], "Role", "roles", name: .pathSegment),
        type("rbac.authorization.k8s.io", ["v1"], "RoleBinding", "rolebindings", name: .pathSegment),
    ]

    private static let storage: [ResourceType] = [
        type("storage.k8s.io", ["v1"], "StorageClass", "storageclasses", short: ["sc"], namespaced: false),
        type("storage.k8s.io", ["v1"], "CSIDriver", "csidrivers", namespaced: false),
        type("storage.k8s.io", ["v1"], "CSINode", "csinodes", namespaced: false),
        type("storage.k8s.io", ["v1"], "VolumeAttachment", "volumeattachments", namespaced: false, status: true),
        type("coordination.k8s.io", ["v1"], "Lease", "leases"),
        type(
            "scheduling.k8s.io",
            ["v1"],
            "PriorityClass",
            "priorityclasses",
            short: ["pc"],
            namespaced: false,
            generation: true
        ),
    ]

    private static func scaling(_ minor: Int) -> [ResourceType] {
        [
            type(
                "autoscaling",
                minor >= 23 ? ["v2", "v1"] : ["v1", "v2beta2"],
                "HorizontalPodAutoscaler",
                "horizontalpodautoscalers",
                short: ["hpa"],
                status: true,
                all: true
            ),
            type(
                "policy",
                minor >= 21 ? ["v1"] : ["v1beta1"],
                "PodDisruptionBudget",
                "poddisruptionbudgets",
                short: ["pdb"],
                status: true,
                generation: true
            ),
        ]
    }

    private static let extensions: [ResourceType] = [
        type(
            "apiextensions.k8s.io",
            ["v1"],
            "CustomResourceDefinition",
            "customresourcedefinitions",
            short: ["crd", "crds"],
            namespaced: false,
            status: true,
            generation: true
        ),
        type(
            "admissionregistration.k8s.io",
            ["v1"],
            "MutatingWebhookConfiguration",
            "mutatingwebhookconfigurations",
            namespaced: false,
            generation: true
        ),
        type(
            "admissionregistration.k8s.io",
            ["v1"],
            "ValidatingWebhookConfiguration",
            "validatingwebhookconfigurations",
            namespaced: false,
            generation: true
        ),
        type("apiregistration.k8s.io", ["v1"], "APIService", "apiservices", namespaced: false, status: true),
    ]
}
