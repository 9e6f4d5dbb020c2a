import JSON

extension TeamBuilder {
    /// The secret, beside the Ingress, with the certificate of the host; `nil` where TLS ends elsewhere.
    func tlsSecretName(of exposure: Exposure) -> String? {
        switch exposure.certificate {
        case .passthrough, .external: nil
        case .own(let secret): copyName(of: secret)
        case .teamWildcard: "\(team.namespace).tls"
        case .issued: "\(exposure.host).\(team.namespace).tls"
        }
    }

    /// The certificates to issue: one for all default hosts of the team, and one for every host of its own.
    func certificates(_ exposures: [Exposure]) -> [Manifest] {
        var hosts: [String: String] = [:]
        for exposure in exposures {
            guard let name = tlsSecretName(of: exposure) else { continue }
            switch exposure.certificate {
            case .teamWildcard: hosts[name] = cluster.domainSuffix.map { "*.\(team.namespace).\($0)" }
            case .issued: hosts[name] = exposure.host
            case .passthrough, .external, .own: break
            }
        }
        return hosts.map { name, host in
            gatewayManifest(
                .certificate,
                name,
                [
                    "spec": [
                        "dnsNames": [.string(host)],
                        "secretName": .string(name),
                        "issuerRef": [
                            "group": "cert-manager.io", "kind": "ClusterIssuer", "name": .string(cluster.issuer),
                        ],
                    ]
                ]
            )
        }
    }

    /// The team's own TLS secrets where the ingress controller can read them.
    ///
    /// They come straight from the vault, as the team's do, so that a rotated certificate reaches the gateway too. The
    /// store there signs in as the team, and so can read nothing of other teams.
    func certificateCopies(_ exposures: [Exposure]) -> [Manifest] {
        var names: Set<String> = []
        for exposure in exposures {
            if case .own(let secret) = exposure.certificate { names.insert(secret) }
        }
        guard !names.isEmpty else { return [] }
        let account = gatewayManifest(.serviceAccount, team.namespace, [:])
        let store = gatewayManifest(.secretStore, team.namespace, ["spec": secretStore(account: team.namespace)])
        let copies = names.sorted().map { name in
            let tls = team.secret(name) ?? .tls(certificate: "tls.crt", key: "tls.key", authority: nil)
            return gatewayManifest(
                .externalSecret,
                copyName(of: name),
                ["spec": externalSecret(name, tls, target: copyName(of: name), store: team.namespace)]
            )
        }
        return [account, store] + copies
    }

    private func copyName(of secret: String) -> String { "\(secret).\(team.namespace).copy" }
}
