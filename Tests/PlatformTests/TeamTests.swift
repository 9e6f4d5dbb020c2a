import JSON
import Testing

@testable import Platform

@Suite struct TeamTests {
    @Test func `a team gets its namespace, accounts, bindings, quota and limits`() throws {
        let compilation = Compilation(of: Trees.team())
        #expect(compilation.faults.isEmpty)
        try Golden.expect(
            compilation.teamObjects(.namespace, .resourceQuota, .limitRange, .serviceAccount, .roleBinding),
            equal: "team"
        )
    }

    @Test func `quota and limits of the team lie over the defaults`() throws {
        let compilation = Compilation(
            of: Trees.team([
                "resourceQuota": ["pods": 80, "requests.cpu": "16"],
                "limitRange": [
                    "default": ["cpu": "1", "memory": "1Gi"], "defaultRequest": ["cpu": "200m", "memory": "256Mi"],
                ],
            ])
        )
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.resourceQuota, .limitRange), equal: "team-quota")
    }

    @Test func `no binding of a team reaches beyond its namespace`() {
        let compilation = Compilation(of: Trees.team())
        for object in compilation.objects {
            #expect(object["kind"] != "ClusterRoleBinding")
            if object["kind"] == "RoleBinding" {
                #expect(object["metadata"]?["namespace"] == "team-demo")
                for subject in object["subjects"]?.arrayValue ?? [] { #expect(subject["namespace"] == "team-demo") }
            }
        }
    }

    @Test func `pods pull with every credential that the team has`() throws {
        let compilation = Compilation(
            of: Trees.team(
                secrets: ["my-registry": ["type": "docker-registry"]],
                settings: ["otomi": ["globalPullSecret": ["username": "otomi", "password": "secret"]]],
                apps: ["harbor": ["enabled": true]]
            )
        )
        let account = try #require(compilation.object(.serviceAccount, "default"))
        #expect(
            account["imagePullSecrets"] == [
                ["name": "otomi-pullsecret-global"], ["name": "harbor-pullsecret"], ["name": "my-registry"],
            ]
        )
        try Golden.expect(compilation.layers.filter(\.isConfidential).flatMap(\.objects), equal: "confidential")
    }

    @Test func `the plaintext of the pull secret is in the confidential layer only`() throws {
        let compilation = Compilation(
            of: Trees.team(
                settings: ["otomi": ["globalPullSecret": ["username": "otomi", "password": "s3cr3t"]]]
            )
        )
        #expect(compilation.layers.map(\.name) == ["confidential", "platform", "team/demo"])
        for layer in compilation.layers {
            #expect(layer.isConfidential == (layer.name == "confidential"))
            let holdsSecret = layer.objects.contains { $0["kind"] == "Secret" }
            #expect(holdsSecret == layer.isConfidential)
            #expect(!layer.objects.contains { $0.compactText.contains("s3cr3t") })
        }
    }

    @Test func `values without their secrets compile to the same objects but the confidential ones`() {
        let revealed = Compilation(
            of: Trees.team(settings: ["otomi": ["globalPullSecret": ["username": "otomi", "password": "s3cr3t"]]])
        )
        let sealed = Compilation(
            of: Trees.team(
                settings: ["otomi": ["globalPullSecret": ["username": "otomi", "password": ["$secret": "17"]]]]
            )
        )
        #expect(sealed.layers.filter { !$0.isConfidential } == revealed.layers.filter { !$0.isConfidential })
        #expect(sealed.object(.secret, "otomi-pullsecret-global") == nil)
    }
}
