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

    // MARK: - Defects of the old product

    @Test func `no team has the cluster-wide role that listed everybody's secrets`() {
        let compilation = Compilation(of: Trees.team())
        #expect(compilation.teamObjects(.clusterRole).isEmpty)
        #expect(compilation.objects(.clusterRoleBinding).isEmpty)
        for binding in compilation.objects(.roleBinding) { #expect(binding["roleRef"]?["name"] != "list") }
    }

    @Test func `no binding names a role that nobody defines, as the one for pod security did`() {
        let compilation = Compilation(of: Trees.team())
        let roles = compilation.objects(.role).compactMap { $0["metadata"]?["name"]?.stringValue }
        for binding in compilation.objects(.roleBinding) {
            let name = binding["roleRef"]?["name"]?.stringValue ?? ""
            // `admin` is one of Kubernetes' own.
            let wide = compilation.objects(.clusterRole).compactMap { $0["metadata"]?["name"]?.stringValue } + ["admin"]
            let isDefined = (binding["roleRef"]?["kind"] == "ClusterRole" ? wide : roles).contains(name)
            #expect(isDefined, "\(name)")
        }
    }

    @Test func `the limit range is rendered, which it never was`() {
        let range = Compilation(of: Trees.team()).object(.limitRange, "team-limits")
        #expect(
            range?["spec"]?["limits"] == [
                ["type": "Container", "defaultRequest": ["cpu": "100m", "memory": "64Mi"]]
            ]
        )
    }

    @Test func `the default request is not above a default limit of the team's`() {
        let compilation = Compilation(
            of: Trees.team(["limitRange": ["default": ["cpu": "0.05", "memory": "1Gi"]]])
        )
        let item = compilation.object(.limitRange, "team-limits")?["spec"]?["limits"]?[0]
        #expect(item?["defaultRequest"] == ["cpu": "0.05", "memory": "64Mi"])
        #expect(compilation.faults == [])
    }

    @Test(arguments: [
        ("1", "2"), ("999m", "1"), ("0.5", "501m"), ("64Mi", "68M"), ("1000Ki", "1Mi"), ("1023Mi", "1Gi"),
        ("1k", "1Ki"),
        ("999P", "1E"),
    ])
    func `quantities compare as amounts`(less: String, more: String) throws {
        #expect(try #require(Quantity(less)) < #require(Quantity(more)))
        #expect(try #require(Quantity(more)) > #require(Quantity(less)))
    }

    @Test(arguments: ["", "m", "1.2.3", "1x", "Gi", "-1"])
    func `what is no quantity is none`(text: String) {
        #expect(Quantity(text) == nil)
    }

    // MARK: - Pull secrets

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
        #expect(compilation.layers.map(\.name) == ["confidential/teams", "platform", "tenancy/demo"])
        for layer in compilation.layers {
            #expect(layer.isConfidential == (layer.name == "confidential/teams"))
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
