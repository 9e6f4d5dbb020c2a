import JSON

extension TeamBuilder {
    /// The team's own TLS secrets where the gateways can read them.
    ///
    /// They come straight from the vault, as the team's do, so that a rotated certificate reaches the gateway too. The
    /// store there signs in as the team, and so can read nothing of other teams.
    func certificateCopies(_ exposures: [Exposure]) -> [Manifest] {
        let builder = RouteBuilder(owner: .team(name: team.name, namespace: team.namespace), cluster: cluster)
        var names: [String: Set<String>] = [:]
        for exposure in exposures {
            for case .own(let secret) in exposure.hosts.map(\.certificate) {
                names[builder.certificateNamespace(exposure.entrance), default: []].insert(secret)
            }
        }
        return names.flatMap { namespace, names in
            let account = builder.manifest(.serviceAccount, team.namespace, in: namespace, [:])
            let store = builder.manifest(
                .secretStore,
                team.namespace,
                in: namespace,
                ["spec": secretStore(account: team.namespace)]
            )
            let copies = names.sorted().map { name in
                let tls = team.secret(name) ?? .tls(certificate: "tls.crt", key: "tls.key", authority: nil)
                let spec = externalSecret(name, tls, target: copyName(of: name), store: team.namespace)
                return builder.manifest(.externalSecret, copyName(of: name), in: namespace, ["spec": spec])
            }
            return [account, store] + copies
        }
    }

    /// The name of a secret's copy, which no other team's has.
    func copyName(of secret: String) -> String { "\(secret).\(team.namespace).copy" }
}
