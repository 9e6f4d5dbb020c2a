import JSON
import KubernetesTestSupport
import Platform
import PlatformTestSupport
import Testing

/// What teams get, applied as their deployers on a real API server.
@Suite(.enabled(if: ServedObjects.areServed, "there is no real API server"), .serialized)
struct DeployerTests {
    /// Kinds that no server here knows in the versions of today.
    private static let unservedKinds: Set<String> = ["batch/v1 CronJob", "gateway.networking.k8s.io/v1 TLSRoute"]

    @Test func `a team's deployer may apply every object of its team's layer`() async throws {
        var server = try #require(try await ServedObjects(definitionsOf: try ServedObjects.projects))
        var deployed = 0
        for (name, compilation) in try CompiledClusters.all() {
            let layers = compilation.layers
            let frame = layers.filter { $0.name.hasPrefix("tenancy/") }.flatMap(\.objects)
            let roles = layers.filter { $0.name == "platform" }.flatMap(\.objects).filter {
                $0["kind"] == "ClusterRole"
            }
            let namespaces = compilation.objects.filter { $0["kind"] == "Namespace" }
            let given = try await server.apply(namespaces + roles + frame)
            #expect(given.refused == [], "\(name)")
            for layer in layers where layer.name.hasPrefix("team/") {
                let namespace = "team-\(layer.name.dropFirst("team/".count))"
                try await server.waitForRights(of: namespace)
                let answer = try await server.apply(layer.objects, isDryRun: true, as: "otomi-deployer")
                #expect(answer.refused == [], "\(name), \(layer.name)")
                #expect(answer.unserved.subtracting(Self.unservedKinds) == [], "\(name), \(layer.name)")
                deployed += layer.objects.count
            }
            let secrets = layers.filter { $0.name == "confidential/teams" }.flatMap(\.objects).filter {
                $0["metadata"]?["namespace"]?.stringValue?.hasPrefix("team-") ?? false
            }
            let answer = try await server.apply(secrets, isDryRun: true, as: "otomi-deployer")
            #expect(answer.refused == [], "\(name)")
            deployed += secrets.count
        }
        #expect(deployed > 200)
    }

    @Test func `what the platform sets for a team is refused to its deployer`() async throws {
        var server = try #require(try await ServedObjects(definitionsOf: try ServedObjects.projects))
        let (_, compilation) = try #require(try CompiledClusters.all().first)
        let frame = compilation.layers.filter { $0.name.hasPrefix("tenancy/") }.flatMap(\.objects)
        let namespaces = compilation.objects.filter { $0["kind"] == "Namespace" }
        #expect(try await server.apply(namespaces + frame).refused == [])
        let own = frame.filter { $0["metadata"]?["namespace"]?.stringValue?.hasPrefix("team-") ?? false }
        let answer = try await server.apply(own, isDryRun: true, as: "otomi-deployer")
        #expect(answer.refused.count == own.count)
        #expect(own.count > 10)
    }
}

extension ServedObjects {
    /// Waits until the server knows of the binding of the namespace's deployer; at most five seconds.
    fileprivate func waitForRights(of namespace: String) async throws {
        let attributes = ["verb": "patch", "resource": "configmaps", "namespace": namespace]
        for _ in 0..<100 where try await !allows(account: "otomi-deployer", of: namespace, attributes) {
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
