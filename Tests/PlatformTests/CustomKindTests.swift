import Foundation
import JSON
import PlatformTestSupport
import Testing
import Values

@testable import Platform

/// Checks objects against the definitions of the projects that serve them.
@Suite(.enabled(if: Fixtures.arePresent, "the fixtures are not here"))
struct CustomKindTests {
    /// The groups of the kinds that an API server has by itself.
    private static let ownGroups: Set<String> = [
        "", "apiextensions.k8s.io", "apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    ]
    /// Gatekeeper makes the definitions of constraints from their templates.
    private static let madeGroups: Set<String> = ["constraints.gatekeeper.sh"]

    @Test func `a real values repository compiles without fault`() throws {
        let compilation = compile(try Fixtures.values())
        #expect(compilation.faults.filter { $0.severity == .error } == [])
        #expect(
            compilation.layerNamesBesideApps == [
                "cluster", "confidential/platform", "confidential/teams", "platform", "policies", "team/demo",
                "tenancy/demo",
            ]
        )
        #expect(compilation.objects(.job, .cronJob).count == 5)
        #expect(compilation.objects(.externalSecret).count == 4)
        try Golden.expect(compilation.objectsBesideApps, equal: "fixture")
    }

    @Test func `every custom object is what its definition allows`() throws {
        let schemas = try StructuralSchema.all(in: Fixtures.definitions)
        var checked: Set<String> = []
        var compilations = ["istio", "gateway-api"].map { style in
            Compilation(of: Self.matrix.merging(["settings": ["ingress": ["routing": .string(style)]]]))
        }
        compilations += [Compilation(of: Self.policies("gatekeeper")), Compilation(of: Self.policies("kyverno"))]
        for cluster in SampleValues.clusters { compilations.append(compile(try SampleValues.values(on: cluster))) }
        compilations.append(compile(try Fixtures.values()))
        compilations += DNSProviderTests.providers.map { Compilation(of: DNSProviderTests.tree($0.spec)) }
        for object in compilations.flatMap(\.objects) {
            let apiVersion = object["apiVersion"]?.stringValue ?? ""
            let group = apiVersion.contains("/") ? String(apiVersion.split(separator: "/")[0]) : ""
            guard !Self.ownGroups.union(Self.madeGroups).contains(group) else { continue }
            let kind = object["kind"]?.stringValue ?? ""
            // Their definitions are not among the fixtures.
            guard !["KnativeServing", "TLSRoute"].contains(kind) else { continue }
            let schema = try #require(schemas["\(group)/\(kind)"], "no definition of \(group)/\(kind)")
            let name = object["metadata"]?["name"]?.stringValue ?? ""
            #expect(schema.faults(in: object) == [], "\(kind) \(name)")
            checked.insert(kind)
        }
        #expect(
            checked == [
                "Alertmanager", "AuthorizationPolicy", "Certificate", "ClusterIssuer", "ClusterPolicy",
                "ConstraintTemplate", "ExternalSecret", "Gateway", "HTTPRoute", "HelmRelease", "HelmRepository",
                "OCIRepository", "Probe", "Prometheus", "PrometheusRule", "RequestAuthentication", "SecretStore",
                "Service", "ServiceEntry", "Sidecar",
                "VirtualService",
            ]
        )
    }

    /// Every policy, with an exemption and a team of its own mind.
    private static func policies(_ engine: String) -> JSONValue {
        var tree = Trees.team(
            ["policies": ["banned-image-tags": ["action": "enforce"]]],
            settings: ["otomi": ["policyEngine": .string(engine)]]
        )
        let exemptions: JSONValue = [["team": "demo", "kind": "Job", "name": "a*", "reason": "b"]]
        for rule in PolicyRules.all { tree["policies"]?[rule.name] = ["exemptions": exemptions] }
        return tree
    }

    /// Every type of service, exposed in every way.
    private static var matrix: JSONValue {
        let workloads: [JSONValue] = [
            ["predeployed": "service"], ["predeployed": "knative"],
            ["container": Trees.container.merging(["env": ["A": "b"], "files": ["/a": "b"], "secrets": ["any"]])],
        ]
        let options: [JSONValue] = [
            [:], ["auth": true], ["tlsPass": true], ["paths": ["/a"]], ["paths": ["/a"], "forwardPath": true],
            ["certName": "own"], ["certArn": "arn:aws:acm:eu-central-1:1:certificate/a"], ["ingressClassName": "net-a"],
            ["cname": ["domain": "further.shop.example"]], ["trafficControl": ["enabled": true]],
            ["headers": ["request": ["set": ["A": "b"], "remove": ["C"]], "response": ["set": ["D": "e"]]]],
        ]
        let egress: JSONValue = [
            ["domain": "a.example"], ["domain": "*.b.example"], ["domain": "1.2.3.4"], ["domain": "ae::1"],
        ]
        var services: [String: JSONValue] = [:]
        for reach in ["cluster", "private", "public"] {
            for (number, workload) in workloads.enumerated() {
                for (index, option) in options.enumerated() {
                    for domain in [JSONValue.null, "\(reach)-\(number)-\(index).shop.example"] {
                        let name = "\(reach)-\(number)-\(index)-\(domain.isNull ? "default" : "own")"
                        let exposure = option.merging(["type": .string(reach), "domain": domain])
                        services[name] = workload.merging([
                            "exposure": exposure,
                            "networkPolicy": ["ingressPrivate": ["mode": "AllowAll"], "egressPublic": egress],
                        ])
                    }
                }
            }
        }
        return Trees.team(
            services: .object(services),
            secrets: ["own": ["type": "tls"], "registry": ["type": "docker-registry"]],
            settings: ["ingress": ["classes": [["className": "net-a"]]]],
            apps: ["istio": ["egressGateway": ["enabled": true]]]
        )
    }
}
