import JSON

/// Builds the objects of one team on one cluster; every concern is an extension in a file of its own.
struct TeamBuilder {
    let team: Team
    let cluster: ClusterFacts
    /// What runs once for each revision is named after it.
    let revision: Int64

    /// All objects but confidential ones.
    struct Objects {
        /// What the platform sets for the team, and whatever is outside the team's namespace.
        var tenancy: [Manifest]
        /// What the team could apply itself.
        var own: [Manifest] = []

        var all: [Manifest] { tenancy + own }
    }

    /// The objects of the team's layers.
    func objects() -> Objects {
        var objects = Objects(
            tenancy: [namespace, resourceQuota, limitRange]
                + serviceAccounts
                + roleBindings
                + networkPolicies
                + monitoringPolicies
                + egressObjects
                + egressRoutes
        )
        let others =
            secretObjects
            + services
            + exposureObjects(with: monitoringRoutes)
            + jobs
            + monitoringObjects
        for manifest in others {
            if DeployerRole.admits(manifest, in: team.namespace) {
                objects.own.append(manifest)
            } else {
                objects.tenancy.append(manifest)
            }
        }
        return objects
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
