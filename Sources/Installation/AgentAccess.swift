package import JSON

/// What the agent may do on its cluster: the rules by what they are for, and the objects that grant them.
///
/// A test compiles everything that the platform can be and holds the rules against it: a kind that comes to a bundle
/// without a rule here fails it, and so does a rule that nothing needs.
package enum AgentAccess {
    /// Kinds of one API group, by the plural that rules speak of.
    package struct Kinds: Hashable, Sendable {
        package let group: String
        package let resources: [String]

        init(_ group: String, _ resources: String...) {
            self.group = group
            self.resources = resources
        }
    }

    /// What bundles hold for the platform: applied, watched and pruned by the agent itself.
    package static let applied: [Kinds] = [
        Kinds(
            "",
            "configmaps",
            "limitranges",
            "namespaces",
            "persistentvolumeclaims",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services"
        ),
        Kinds("apiextensions.k8s.io", "customresourcedefinitions"),
        Kinds("apps", "daemonsets", "deployments", "statefulsets"),
        Kinds("batch", "cronjobs"),
        Kinds("cert-manager.io", "certificates", "clusterissuers"),
        // Every kind of this group is made by a template of the platform.
        Kinds("constraints.gatekeeper.sh", "*"),
        Kinds("elbv2.k8s.aws", "ingressclassparams"),
        // Certificates that teams bring are copied to where the ingress is.
        Kinds("external-secrets.io", "externalsecrets", "secretstores"),
        Kinds("gateway.networking.k8s.io", "gateways", "httproutes"),
        Kinds("helm.toolkit.fluxcd.io", "helmreleases"),
        Kinds("kyverno.io", "clusterpolicies"),
        Kinds("monitoring.coreos.com", "alertmanagers", "prometheuses"),
        Kinds("networking.istio.io", "gateways", "serviceentries", "sidecars", "virtualservices"),
        Kinds("networking.k8s.io", "ingressclasses", "ingresses", "networkpolicies"),
        Kinds("operator.knative.dev", "knativeservings"),
        Kinds("rbac.authorization.k8s.io", "rolebindings", "roles"),
        Kinds("scheduling.k8s.io", "priorityclasses"),
        Kinds("security.istio.io", "authorizationpolicies", "requestauthentications"),
        Kinds("source.toolkit.fluxcd.io", "helmrepositories", "ocirepositories"),
        Kinds("storage.k8s.io", "storageclasses"),
        Kinds("templates.gatekeeper.sh", "constrainttemplates"),
    ]

    /// What teams have beside: applied as the team's deployer, and watched by the agent.
    package static let watched: [Kinds] = [
        Kinds("batch", "jobs"),
        Kinds("gateway.networking.k8s.io", "tlsroutes"),
        Kinds("monitoring.coreos.com", "probes", "prometheusrules"),
        Kinds("serving.knative.dev", "services"),
    ]

    /// What explains why something is not ready, or stands in a namespace that is to be deleted; in no bundle.
    package static let looked: [Kinds] = [
        Kinds("", "events", "persistentvolumes", "pods", "replicationcontrollers"),
        Kinds("apps", "controllerrevisions", "replicasets"),
        Kinds("autoscaling", "horizontalpodautoscalers"),
        Kinds("coordination.k8s.io", "leases"),
        Kinds("events.k8s.io", "events"),
        Kinds("policy", "poddisruptionbudgets"),
    ]

    /// Roles of the platform and of teams that hold more than the agent does.
    package static let escalatingRoles = ["source-controller", "team-prometheus", "vault-unseal"]
    /// The one role of the whole cluster that a bundle holds: what each team's deployer may do in the team's namespace.
    package static let clusterRoles = ["otomi-team-deployer"]
    /// ClusterRoles that accounts of the platform and of teams are bound to.
    package static let boundClusterRoles = ["admin", "cluster-admin", "otomi-team-deployer"]
    /// The one binding of the whole cluster that a bundle holds: Flux installs charts of any kind.
    package static let clusterRoleBindings = ["otomi-helm-controller"]
    /// The account of each team that the agent acts as.
    package static let impersonatedAccounts = ["otomi-deployer"]

    private static let rbac = "rbac.authorization.k8s.io"
    private static let reading: JSONValue = ["get", "list", "watch"]
    // An apply is a patch, and a create when the object is not there.
    private static let writing: JSONValue = ["get", "list", "watch", "create", "patch", "delete"]

    // No name can be demanded of who lists.
    private static let writingNamed: JSONValue = ["get", "create", "patch", "delete"]

    // MARK: - Objects

    /// The roles and their bindings.
    package static var objects: [JSONValue] {
        [clusterRole, binding("ClusterRole", in: nil), role, binding("Role", in: AgentInstallation.namespace)]
    }

    private static var clusterRole: JSONValue {
        let rules =
            applied.map { rule($0.group, $0.resources, writing) }
            + watched.map { rule($0.group, $0.resources, reading) }
            + looked.map { rule($0.group, $0.resources, reading) }
            + [
                rule(rbac, ["clusterrolebindings", "clusterroles"], ["list", "watch"]),
                rule(rbac, ["clusterrolebindings"], writingNamed, names: clusterRoleBindings),
                rule(rbac, ["clusterroles"], writingNamed, names: clusterRoles),
                rule(rbac, ["clusterroles"], ["bind"], names: boundClusterRoles),
                rule(rbac, ["clusterroles"], ["escalate"], names: clusterRoles),
                rule(rbac, ["roles"], ["bind", "escalate"], names: escalatingRoles),
                rule("", ["serviceaccounts"], ["impersonate"], names: impersonatedAccounts),
                rule("authorization.k8s.io", ["selfsubjectaccessreviews"], ["create"]),
            ]
        return AgentInstallation.object(
            "\(rbac)/v1",
            "ClusterRole",
            AgentInstallation.name,
            in: nil,
            ["rules": .array(rules)]
        )
    }

    /// What the agent cannot do without, whatever a cluster's people take from the ClusterRole.
    private static var role: JSONValue {
        AgentInstallation.object(
            "\(rbac)/v1",
            "Role",
            AgentInstallation.name,
            in: AgentInstallation.namespace,
            [
                "rules": [
                    rule("", ["configmaps"], writing),
                    rule("", ["secrets"], writing, names: [AgentInstallation.stateName]),
                ]
            ]
        )
    }

    private static func binding(_ kind: String, in namespace: String?) -> JSONValue {
        AgentInstallation.object(
            "\(rbac)/v1",
            "\(kind)Binding",
            AgentInstallation.name,
            in: namespace,
            [
                "roleRef": [
                    "apiGroup": .string(rbac), "kind": .string(kind), "name": .string(AgentInstallation.name),
                ],
                "subjects": [
                    [
                        "kind": "ServiceAccount", "name": .string(AgentInstallation.name),
                        "namespace": .string(AgentInstallation.namespace),
                    ]
                ],
            ]
        )
    }

    private static func rule(
        _ group: String,
        _ resources: [String],
        _ verbs: JSONValue,
        names: [String] = []
    ) -> JSONValue {
        var rule: JSONValue = [
            "apiGroups": [.string(group)], "resources": .array(resources.map { .string($0) }), "verbs": verbs,
        ]
        if !names.isEmpty { rule["resourceNames"] = .array(names.map { .string($0) }) }
        return rule
    }
}
