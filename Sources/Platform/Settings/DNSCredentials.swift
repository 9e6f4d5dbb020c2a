import JSON

extension PlatformBuilder {
    /// The credentials of whoever hosts the zones, in the clear, where cert-manager and external-dns look for them.
    var dnsCredentials: [Manifest] {
        guard let provider = DNSProvider(tree) else { return [] }
        var secrets: [Manifest] = []
        if hasLetsEncrypt {
            secrets += [credentials(provider.solverCredentials, in: PlatformNamespaces.certManager)].compactMap(\.self)
        }
        if cluster.publishesDNS {
            secrets += [credentials(provider.recordCredentials, in: PlatformNamespaces.externalDNS)].compactMap(\.self)
        }
        return secrets
    }

    private func credentials(_ entries: [String: String], in namespace: String) -> Manifest? {
        guard !entries.isEmpty else { return nil }
        return opaqueSecret(DNSProvider.secretName, in: namespace, type: "Opaque", entries)
    }

    /// A Secret with texts as its entries.
    func opaqueSecret(_ name: String, in namespace: String, type: String, _ entries: [String: String]) -> Manifest {
        Manifest(
            .secret,
            name,
            in: namespace,
            [
                "type": .string(type),
                "data": .object(entries.mapValues { .string(Base64.encode($0.utf8)) }),
            ]
        )
    }
}
