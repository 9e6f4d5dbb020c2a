import JSON

extension TeamBuilder {
    /// Gives the team's accounts its namespace, and nothing outside it: no ClusterRoleBinding names a team.
    ///
    /// The team's pods administer it. The deployer may apply the kinds of the team's own layer and nothing else; no rights
    /// are among them, so that it cannot give itself more.
    var roleBindings: [Manifest] {
        [
            roleBinding("team-admin", of: "admin", to: "default"),
            roleBinding(Self.deployer, of: DeployerRole.name, to: Self.deployer),
        ]
    }

    private func roleBinding(_ name: String, of role: String, to account: String) -> Manifest {
        manifest(
            .roleBinding,
            name,
            [
                "roleRef": [
                    "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role),
                ],
                "subjects": [
                    ["kind": "ServiceAccount", "name": .string(account), "namespace": .string(team.namespace)]
                ],
            ]
        )
    }
}
