import JSON
import Testing

@testable import Platform

@Suite struct SecretTests {
    @Test func `the three kinds of secrets come from the vault of the team`() throws {
        let compilation = Compilation(
            of: Trees.team(secrets: [
                "settings": ["type": "generic", "entries": ["TOKEN", "tls.crt"]],
                "registry": ["type": "docker-registry"],
                "web-tls": ["type": "tls", "crt": "cert", "key": "private", "ca": "ca.crt"],
            ])
        )
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.secretStore, .externalSecret), equal: "secrets")
    }

    @Test func `a variable can be filled by one entry of a secret`() throws {
        let entry: JSONValue = ["PASSWORD": ["secret": "settings", "key": "db.password"]]
        let compilation = Compilation(
            of: Trees.team(
                services: ["web": ["container": Trees.container.merging(["secretEnv": entry])]],
                jobs: ["sync": Trees.container.merging(["script": "true", "secretEnv": entry])],
                secrets: ["settings": ["type": "generic", "entries": ["db.password"]]]
            )
        )
        #expect(compilation.faults.isEmpty)
        let expected: JSONValue = [
            [
                "name": "PASSWORD",
                "valueFrom": ["secretKeyRef": ["name": "settings", "key": "db.password"]],
            ]
        ]
        let pods = [
            compilation.object(.knativeService, "web")?["spec"]?["template"]?["spec"],
            compilation.objects(.job).first?["spec"]?["template"]?["spec"],
        ]
        for pod in pods { #expect(pod?["containers"]?[0]?["env"] == expected) }
    }

    /// [Q] Copies of TLS secrets beside the gateway were made once and never refreshed after a rotation.
    @Test func `a rotated certificate reaches the gateway`() throws {
        let compilation = Compilation(
            of: Trees.team(
                services: ["web": ["exposure": ["type": "public", "certName": "web-tls"]]],
                secrets: ["web-tls": ["type": "tls"]]
            )
        )
        let copy = try #require(compilation.object(.externalSecret, "web-tls.team-demo.copy"))
        #expect(copy["metadata"]?["namespace"] == "istio-system")
        #expect(copy["spec"]?["refreshInterval"] == "1h")
        #expect(copy["spec"]?["data"]?[0]?["remoteRef"]?["key"] == "secret/data/teams/team-demo/web-tls")
    }

    @Test func `a team without secrets has no store`() {
        #expect(Compilation(of: Trees.team()).objects(.secretStore).isEmpty)
    }

    @Test(arguments: [
        "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy",
    ])
    func `Base64 has the vectors of RFC 4648`(text: String, expected: String) {
        #expect(Base64.encode(text.utf8) == expected)
    }

    @Test func `a fingerprint is that of FNV-1a`() {
        #expect(Fingerprint("").hex == "cbf29ce484222325")
        #expect(Fingerprint("a").hex == "af63dc4c8601ec8c")
        #expect(Fingerprint("foobar").hex == "85944171f73967e8")
        #expect(Fingerprint("foobar").shortHex == "72ad2699")
    }
}
