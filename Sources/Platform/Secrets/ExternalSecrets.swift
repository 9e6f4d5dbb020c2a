import JSON

extension TeamBuilder {
    private static let storeName = "vault"

    /// The team's secrets, fetched on the cluster from the vault: what travels in a bundle is where they are.
    var secretObjects: [Manifest] {
        guard !team.secrets.isEmpty else { return [] }
        let store = manifest(.secretStore, Self.storeName, ["spec": secretStore(account: "default")])
        return [store]
            + team.secrets.map { secret in
                manifest(
                    .externalSecret,
                    secret.name,
                    labels: ["otomi.io/secret": secret.name].filter { ObjectName.isLabel($0.value) },
                    [
                        "spec": externalSecret(
                            secret.name,
                            secret.spec,
                            target: secret.name,
                            store: Self.storeName
                        )
                    ]
                )
            }
    }

    /// A store that reads the vault as the team: the vault's role of the team's name admits it to the team's own path.
    func secretStore(account: String) -> JSONValue {
        [
            "provider": [
                "vault": [
                    "server": "http://vault.vault.svc.cluster.local:8200",
                    "path": "secret",
                    "version": "v2",
                    "auth": [
                        "kubernetes": [
                            "mountPath": "kubernetes",
                            "role": .string(team.namespace),
                            "serviceAccountRef": ["name": .string(account)],
                        ]
                    ],
                ]
            ]
        ]
    }

    /// The secret `name` of the team, written to the Kubernetes Secret `target`.
    func externalSecret(_ name: String, _ secret: SecretSpec, target: String, store: String) -> JSONValue {
        let data = entries(of: secret).map { entry in
            JSONValue.object([
                "secretKey": .string(entry.key),
                "remoteRef": [
                    "key": .string("secret/data/teams/\(team.namespace)/\(name)"),
                    "property": .string(entry.property),
                ],
            ])
        }
        return [
            "refreshInterval": "1h",
            "secretStoreRef": ["kind": "SecretStore", "name": .string(store)],
            "target": [
                "name": .string(target), "creationPolicy": "Owner", "template": ["type": .string(type(of: secret))],
            ],
            "data": .array(data),
        ]
    }

    private func type(of secret: SecretSpec) -> String {
        switch secret {
        case .generic: "Opaque"
        case .registry: "kubernetes.io/dockerconfigjson"
        case .tls: "kubernetes.io/tls"
        }
    }

    /// The keys of the Kubernetes Secret, with the properties of the vault's entry that fill them.
    private func entries(of secret: SecretSpec) -> [(key: String, property: String)] {
        switch secret {
        case .generic(let entries): return entries.map { ($0, $0) }
        case .registry: return [(".dockerconfigjson", ".dockerconfigjson")]
        case .tls(let certificate, let key, let authority):
            let pair = [("tls.crt", certificate), ("tls.key", key)]
            return pair + (authority.map { [("ca.crt", $0)] } ?? [])
        }
    }
}
