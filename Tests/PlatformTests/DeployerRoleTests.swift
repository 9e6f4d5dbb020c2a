import JSON
import PlatformTestSupport
import Testing
import Values

@testable import Platform

/// The rights of a team's deployer, beside what it has to apply.
@Suite struct DeployerRoleTests {
    /// The collections of the kinds that teams' own layers hold, as the API server names them.
    private static let plurals: [String: String] = [
        "v1 ConfigMap": "configmaps", "v1 Secret": "secrets", "batch/v1 Job": "batch/jobs",
        "batch/v1 CronJob": "batch/cronjobs", "serving.knative.dev/v1 Service": "serving.knative.dev/services",
        "external-secrets.io/v1 SecretStore": "external-secrets.io/secretstores",
        "external-secrets.io/v1 ExternalSecret": "external-secrets.io/externalsecrets",
        "security.istio.io/v1 RequestAuthentication": "security.istio.io/requestauthentications",
        "security.istio.io/v1 AuthorizationPolicy": "security.istio.io/authorizationpolicies",
        "networking.istio.io/v1beta1 VirtualService": "networking.istio.io/virtualservices",
        "gateway.networking.k8s.io/v1 HTTPRoute": "gateway.networking.k8s.io/httproutes",
        "gateway.networking.k8s.io/v1 TLSRoute": "gateway.networking.k8s.io/tlsroutes",
        "monitoring.coreos.com/v1 PrometheusRule": "monitoring.coreos.com/prometheusrules",
        "monitoring.coreos.com/v1 Probe": "monitoring.coreos.com/probes",
    ]

    /// The sample values, the fixture where it is, and every service in each routing style.
    private static func compilations() throws -> [Compilation] {
        var values = try SampleValues.clusters.map { try SampleValues.values(on: $0) }
        if Fixtures.arePresent { values.append(try Fixtures.values()) }
        for style in ["istio", "gateway-api"] {
            values.append(
                EffectiveValues(
                    cluster: ClusterIdentity(name: "one", provider: "aws", region: "eu"),
                    documents: ServiceMatrix.documents(style: style).map {
                        StoredDocument(document: $0, revision: 1, author: "tester")
                    }
                )
            )
        }
        return values.map { compile($0) }
    }

    /// What is applied as the deployer: see the agent's `ApplyIdentity`.
    private static func deployed(_ compilation: Compilation) -> [JSONValue] {
        compilation.layers.filter { $0.name.hasPrefix("team/") }.flatMap(\.objects)
            + compilation.layers.filter { $0.name == "confidential/teams" }.flatMap(\.objects).filter {
                $0["metadata"]?["namespace"]?.stringValue?.hasPrefix("team-") ?? false
            }
    }

    @Test func `the deployer may apply the kinds of its team's objects, no kind less and none more`() throws {
        var kinds: Set<String> = []
        for compilation in try Self.compilations() {
            for object in Self.deployed(compilation) {
                kinds.insert("\(object["apiVersion"]?.stringValue ?? "") \(object["kind"]?.stringValue ?? "")")
            }
        }
        let needed = Set(kinds.map { Self.plurals[$0] ?? $0 })
        let rules = DeployerRole.clusterRole.json["rules"]?.arrayValue ?? []
        var granted: Set<String> = []
        for rule in rules {
            #expect(rule["verbs"] == ["get", "list", "watch", "create", "patch", "update", "delete"])
            for group in rule["apiGroups"]?.arrayValue ?? [] {
                for resource in rule["resources"]?.arrayValue ?? [] {
                    let prefix = group == "" ? "" : "\(group.stringValue ?? "")/"
                    granted.insert(prefix + (resource.stringValue ?? ""))
                }
            }
        }
        #expect(granted == needed)
    }

    @Test func `a team's own layer holds nothing outside its namespace, and nothing that the platform sets for it`()
        throws
    {
        let imposed: Set<String> = [
            "Namespace", "ResourceQuota", "LimitRange", "ServiceAccount", "Role", "RoleBinding", "ClusterRole",
            "ClusterRoleBinding", "NetworkPolicy", "Sidecar", "ServiceEntry", "Gateway", "HelmRelease", "Prometheus",
            "Alertmanager",
        ]
        for compilation in try Self.compilations() {
            for layer in compilation.layers where layer.name.hasPrefix("team/") {
                let namespace = "team-\(layer.name.dropFirst("team/".count))"
                for object in layer.objects {
                    #expect(object["metadata"]?["namespace"]?.stringValue == namespace)
                    #expect(!imposed.contains(object["kind"]?.stringValue ?? ""), "\(object.compactText.prefix(200))")
                }
            }
        }
    }

    @Test func `every team's deployer has the one role in its own namespace`() throws {
        let compilation = Compilation(of: Trees.team())
        #expect(
            compilation.layers.first { $0.name == "platform" }?.objects.contains { $0["kind"] == "ClusterRole" } == true
        )
        let binding = try #require(compilation.object(.roleBinding, "otomi-deployer"))
        #expect(binding["metadata"]?["namespace"] == "team-demo")
        #expect(binding["roleRef"]?["name"] == "otomi-team-deployer")
        #expect(
            binding["subjects"] == [["kind": "ServiceAccount", "name": "otomi-deployer", "namespace": "team-demo"]]
        )
        let admin = try #require(compilation.object(.roleBinding, "team-admin"))
        #expect(admin["subjects"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["default"])
    }
}
