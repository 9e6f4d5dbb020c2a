import JSON

/// Where certificates come from: `custom-ca`, a CA of one's own, or `letsencrypt-<stage>`.
extension PlatformBuilder {
    /// The issuer that a cluster's certificates name, and what it needs; none where cert-manager does not run.
    var clusterIssuers: [Manifest] {
        guard hasCertManager else { return [] }
        guard hasLetsEncrypt else { return customAuthority }
        return letsEncrypt.map { [$0] } ?? []
    }

    /// The CA's certificate and key in the clear.
    var authoritySecrets: [Manifest] {
        guard hasCertManager, !hasLetsEncrypt, let certificate = authority["customRootCA"]?.stringValue,
            let key = authority["customRootCAKey"]?.stringValue
        else { return [] }
        return [
            opaqueSecret(
                Self.authorityName,
                in: PlatformNamespaces.certManager,
                type: "kubernetes.io/tls",
                ["tls.crt": certificate, "tls.key": key]
            )
        ]
    }

    /// Its kinds are served only where it runs: installed from here, or by somebody else as a document says.
    private var hasCertManager: Bool {
        guard !apps.installsApps else { return apps.set.isOn("cert-manager") }
        return authority.objectValue != nil && authority["enabled"]?.boolValue ?? true
    }

    /// Whether Let's Encrypt issues the certificates, be it the production or the staging one.
    var hasLetsEncrypt: Bool { cluster.issuer != Self.authorityName }

    private static let authorityName = "custom-ca"
    private static let bootstrapName = "self-signed"

    private var authority: JSONValue { tree["apps"]?["cert-manager"] ?? .null }

    // MARK: - A CA of one's own

    /// Without a pair in the values cert-manager makes one, so that its key never leaves the cluster.
    private var customAuthority: [Manifest] {
        let issuer = Manifest(
            .clusterIssuer,
            Self.authorityName,
            ["spec": ["ca": ["secretName": .string(Self.authorityName)]]]
        )
        guard authority["customRootCA"] == nil, authority["customRootCAKey"] == nil else { return [issuer] }
        return [
            issuer,
            Manifest(.clusterIssuer, Self.bootstrapName, ["spec": ["selfSigned": .object([:])]]),
            Manifest(
                .certificate,
                Self.authorityName,
                in: PlatformNamespaces.certManager,
                ["spec": Self.authorityCertificate]
            ),
        ]
    }

    private static let authorityCertificate: JSONValue = [
        "isCA": true,
        "commonName": "Otomi CA",
        "secretName": .string(authorityName),
        // Ten years; whoever trusts the CA has to be told of a new one.
        "duration": "87600h",
        "renewBefore": "8760h",
        "privateKey": ["algorithm": "RSA", "size": 2048, "rotationPolicy": "Never"],
        "issuerRef": ["kind": "ClusterIssuer", "name": .string(bootstrapName), "group": "cert-manager.io"],
    ]

    // MARK: - Let's Encrypt

    /// Hosts are proved by DNS: that works for private services and wildcards too.
    private var letsEncrypt: Manifest? {
        guard let email = authority["email"]?.stringValue, let solver = DNSProvider(tree)?.solver else { return nil }
        let isStaging = authority["stage"]?.stringValue == "staging"
        return Manifest(
            .clusterIssuer,
            cluster.issuer,
            [
                "spec": [
                    "acme": [
                        "server": .string(
                            "https://acme\(isStaging ? "-staging" : "")-v02.api.letsencrypt.org/directory"
                        ),
                        "email": .string(email),
                        "privateKeySecretRef": ["name": .string(cluster.issuer)],
                        "solvers": [["dns01": solver]],
                    ]
                ]
            ]
        )
    }
}
