import JSON
import Testing
import Values

@testable import Platform

@Suite struct DNSProviderTests {
    /// A provider's section, with a name for what it shows.
    struct Provider: CustomTestStringConvertible, Sendable {
        let name: String
        let spec: JSONValue
        /// What is in the clear only in the confidential layer.
        var secret: String?
        var testDescription: String { name }
    }

    static let providers = [
        Provider(
            name: "aws-keys",
            spec: ["aws": ["region": "eu-central-1", "accessKeyID": "AKIA-OPEN", "secretAccessKey": "SESAME"]],
            secret: "SESAME"
        ),
        Provider(name: "aws-role", spec: ["aws": ["region": "eu-central-1", "role": "arn:aws:iam::1:role/dns"]]),
        Provider(
            name: "azure-client",
            spec: [
                "azure": [
                    "resourceGroup": "zones", "subscriptionId": "sub", "tenantId": "tenant", "aadClientId": "client",
                    "aadClientSecret": "SESAME", "hostedZoneName": "demo.example.org", "cloud": "AzurePublicCloud",
                ]
            ],
            secret: "SESAME"
        ),
        Provider(
            name: "azure-identity",
            spec: [
                "azure": [
                    "resourceGroup": "zones", "subscriptionId": "sub", "tenantId": "tenant",
                    "useManagedIdentityExtension": true, "userAssignedIdentityID": "identity",
                ]
            ]
        ),
        Provider(
            name: "google-key",
            spec: ["google": ["project": "zones", "serviceAccountKey": "{\"private_key\": \"SESAME\"}"]],
            secret: "SESAME"
        ),
        Provider(name: "google-identity", spec: ["google": ["project": "zones"]]),
        Provider(
            name: "other",
            spec: ["other": ["cert-manager": ["digitalocean": ["tokenSecretRef": ["name": "token", "key": "token"]]]]]
        ),
    ]

    static func tree(
        _ provider: JSONValue,
        issuer: JSONValue = ["issuer": "letsencrypt", "email": "ops@example.org"]
    )
        -> JSONValue
    {
        Trees.team(
            settings: ["otomi": ["hasExternalDNS": true], "dns": ["provider": provider]],
            apps: ["cert-manager": issuer]
        )
    }

    @Test(arguments: providers)
    func `hosts are proved by DNS with the provider that hosts the zones`(provider: Provider) throws {
        let compilation = Compilation(of: Self.tree(provider.spec))
        #expect(compilation.faults == [])
        let secrets = compilation.layers.filter(\.isConfidential).flatMap(\.objects)
        try Golden.expect(compilation.objects(.clusterIssuer) + secrets, equal: "dns-\(provider.name)")
    }

    @Test(arguments: providers)
    func `no credential is in a plain layer`(provider: Provider) {
        let compilation = Compilation(of: Self.tree(provider.spec))
        for layer in compilation.layers where !layer.isConfidential {
            for object in layer.objects {
                let text = String(decoding: object.serialized(), as: UTF8.self)
                #expect(!text.contains("SESAME") && !text.contains("AKIA-OPEN"))
            }
        }
        let hasSecret = compilation.layers.contains { $0.isConfidential }
        #expect(hasSecret == (provider.secret != nil || provider.name == "azure-identity"))
    }

    @Test func `values that were read without their secrets make the same plain layers`() {
        for provider in Self.providers where provider.secret != nil {
            var marked = provider.spec
            for path in [
                ["aws", "accessKeyID"], ["aws", "secretAccessKey"], ["azure", "aadClientSecret"],
                ["google", "serviceAccountKey"],
            ] where marked[JSONPointer(path)] != nil {
                try? marked.set(SecretMarker.marker("x"), at: JSONPointer(path))
            }
            let clear = Compilation(of: Self.tree(provider.spec)).layers.filter { !$0.isConfidential }
            #expect(Compilation(of: Self.tree(marked)).layers == clear, "\(provider.name)")
        }
    }

    @Test func `without managed records external-dns gets no credential`() {
        var tree = Self.tree(Self.providers[0].spec, issuer: ["issuer": "custom-ca"])
        tree["settings"]?["otomi"] = ["hasExternalDNS": false]
        let compilation = Compilation(of: tree)
        #expect(compilation.object(.secret, "dns-credentials") == nil)
        #expect(compilation.object(.namespace, "external-dns") == nil)
    }

    @Test(arguments: [("production", "acme-v02"), ("staging", "acme-staging-v02")])
    func `Let's Encrypt is asked at the stage that is chosen`(stage: String, host: String) {
        let issuer: JSONValue = ["issuer": "letsencrypt", "email": "a@b.example", "stage": .string(stage)]
        let object = Compilation(of: Self.tree(Self.providers[1].spec, issuer: issuer))
            .object(.clusterIssuer, "letsencrypt-\(stage)")
        #expect(
            object?["spec"]?["acme"]?["server"]?.stringValue == "https://\(host).api.letsencrypt.org/directory"
        )
    }
}
