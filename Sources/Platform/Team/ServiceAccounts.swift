import JSON

extension TeamBuilder {
    /// The account that delivers the team's own workloads; an agent impersonates it so that it can do no more than the team.
    static let deployer = "otomi-deployer"
    private static let globalPullSecretName = "otomi-pullsecret-global"

    /// The accounts of the team.
    ///
    /// Pods use `default`, which can pull from the registries that the team has a credential for.
    var serviceAccounts: [Manifest] {
        let pullSecrets = pullSecretNames.map { JSONValue.object(["name": .string($0)]) }
        return [
            manifest(
                .serviceAccount,
                "default",
                pullSecrets.isEmpty ? [:] : ["imagePullSecrets": .array(pullSecrets)]
            ),
            manifest(.serviceAccount, Self.deployer, [:]),
        ]
    }

    /// The platform's pull secret in the team's namespace: it holds a password in the clear.
    var globalPullSecret: Manifest? {
        guard let credential = cluster.globalPullSecret else { return nil }
        return manifest(
            .secret,
            Self.globalPullSecretName,
            [
                "type": "kubernetes.io/dockerconfigjson",
                "data": [".dockerconfigjson": .string(Base64.encode(credential.dockerConfig.serialized()))],
            ]
        )
    }

    private var pullSecretNames: [String] {
        var names: [String] = []
        if cluster.hasGlobalPullSecret { names.append(Self.globalPullSecretName) }
        if cluster.hasHarbor { names.append("harbor-pullsecret") }
        for secret in team.secrets {
            if case .registry = secret.spec { names.append(secret.name) }
        }
        return names
    }
}
