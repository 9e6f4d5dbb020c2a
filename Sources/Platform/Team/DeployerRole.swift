import JSON

/// What a team's deployer may do in the team's namespace, and so what a layer `team/<name>` may hold.
///
/// One list makes both: what the role does not name is applied by the platform, in the layer `tenancy/<name>`. Left out is
/// what the platform sets for a team (quota, limits, accounts, rights, network policies), and kinds whose objects reach
/// beyond their namespace by what they say, such as Istio's Gateways and ServiceEntries.
enum DeployerRole {
    static let name = "otomi-team-deployer"

    /// The kinds of a team's own objects, and what the API server calls a collection of them.
    private static let resources: [ObjectKind: String] = [
        .configMap: "configmaps",
        .secret: "secrets",
        .job: "jobs",
        .cronJob: "cronjobs",
        .knativeService: "services",
        .secretStore: "secretstores",
        .externalSecret: "externalsecrets",
        .requestAuthentication: "requestauthentications",
        .authorizationPolicy: "authorizationpolicies",
        .virtualService: "virtualservices",
        .httpRoute: "httproutes",
        .tlsRoute: "tlsroutes",
        .prometheusRule: "prometheusrules",
        .probe: "probes",
    ]

    private static let verbs: JSONValue = ["get", "list", "watch", "create", "patch", "update", "delete"]

    /// Whether the deployer of the team that owns `namespace` can apply `manifest`.
    static func admits(_ manifest: Manifest, in namespace: String) -> Bool {
        manifest.namespace == namespace && resources[manifest.kind] != nil
    }

    /// The role, one for all teams: a binding in each team's namespace holds it to that namespace.
    static var clusterRole: Manifest {
        let groups = Dictionary(grouping: resources, by: { $0.key.group }).mapValues { $0.map(\.value).sorted() }
        let rules = groups.sorted { $0.key < $1.key }.map { group, resources in
            JSONValue.object(["apiGroups": [.string(group)], "resources": resources.json, "verbs": verbs])
        }
        return Manifest(.clusterRole, name, ["rules": .array(rules)])
    }
}
