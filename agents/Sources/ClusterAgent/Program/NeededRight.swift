/// Something an agent must be allowed to do on its cluster.
struct NeededRight: Hashable, Sendable {
    let verbs: [String]
    let group: String
    let resource: String
    var namespace: String?
    /// The one object that is meant; `nil` for any.
    var object: String?
    /// Whether the agent works without it, and what is lost then.
    var loss: String?

    var name: String {
        let kind = group.isEmpty ? resource : "\(resource).\(group)"
        return object.map { "\(kind)/\($0)" } ?? kind
    }

    private static let manage = ["get", "list", "watch", "create", "patch", "delete"]

    /// What is asked for: the agent's own objects, examples of what bundles hold, and what only makes reports better.
    static let all: [NeededRight] = [
        NeededRight(verbs: manage, group: "", resource: "configmaps", namespace: AgentSet.namespace),
        NeededRight(verbs: manage, group: "", resource: "namespaces"),
        NeededRight(verbs: manage, group: "", resource: "secrets"),
        NeededRight(verbs: manage, group: "", resource: "serviceaccounts"),
        NeededRight(verbs: manage, group: "apps", resource: "deployments"),
        NeededRight(verbs: manage, group: "networking.k8s.io", resource: "networkpolicies"),
        NeededRight(verbs: manage, group: "rbac.authorization.k8s.io", resource: "roles"),
        NeededRight(verbs: manage, group: "rbac.authorization.k8s.io", resource: "rolebindings"),
        NeededRight(
            verbs: ["escalate", "bind"],
            group: "rbac.authorization.k8s.io",
            resource: "clusterroles",
            object: "otomi-team-deployer",
            loss: "roles that grant more than the agent has are refused"
        ),
        NeededRight(verbs: manage, group: "apiextensions.k8s.io", resource: "customresourcedefinitions"),
        NeededRight(
            verbs: ["impersonate"],
            group: "",
            resource: "serviceaccounts",
            object: ApplyIdentity.deployerName
        ),
        NeededRight(
            verbs: ["list"],
            group: "",
            resource: "pods",
            loss: "reports do not name the pod that keeps a workload from being ready"
        ),
        NeededRight(
            verbs: ["list"],
            group: "apps",
            resource: "replicasets",
            loss: "reports do not say why a Deployment has no pods"
        ),
        NeededRight(verbs: ["list"], group: "", resource: "events", loss: "reports do not quote warnings"),
        NeededRight(
            verbs: ["get"],
            group: "storage.k8s.io",
            resource: "storageclasses",
            loss: "volume claims that wait for their first pod count as not ready"
        ),
    ]
}
