import JSON

/// Builds the objects of one team on one cluster; every concern is an extension in a file of its own.
struct TeamBuilder {
    let team: Team
    let cluster: ClusterFacts
    /// What runs once for each revision is named after it.
    let revision: Int64

    /// The objects of the team's layer.
    func manifests() -> [Manifest] {
        [namespace, resourceQuota, limitRange]
            + serviceAccounts
            + roleBindings
            + networkPolicies
            + monitoringPolicies
            + egressObjects
            + secretObjects
            + services
            + exposureObjects(with: monitoringRoutes)
            + jobs
            + monitoringObjects
    }

    /// The objects that hold a secret in the clear.
    func confidentialManifests() -> [Manifest] {
        (globalPullSecret.map { [$0] } ?? []) + monitoringSecrets
    }

    /// An object in the team's namespace.
    func manifest(
        _ kind: ObjectKind,
        _ name: String,
        labels: [String: String] = [:],
        _ members: [String: JSONValue]
    ) -> Manifest {
        Manifest(kind, name, in: team.namespace, labels: labels.merging(team.labels) { own, _ in own }, members)
    }
}
