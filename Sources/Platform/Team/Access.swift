import JSON

extension TeamBuilder {
    /// Gives the team's accounts its namespace, and nothing outside it: no ClusterRoleBinding names a team.
    var roleBindings: [Manifest] {
        let subjects = ["default", Self.deployer].map { account in
            JSONValue.object([
                "kind": "ServiceAccount", "name": .string(account), "namespace": .string(team.namespace),
            ])
        }
        return [
            manifest(
                .roleBinding,
                "team-admin",
                [
                    "roleRef": [
                        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin",
                    ],
                    "subjects": .array(subjects),
                ]
            )
        ]
    }
}
