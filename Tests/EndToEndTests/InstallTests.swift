import FleetTestSupport
import Foundation
import JSON
import KubernetesTestSupport
import Testing

/// An agent is installed with the real `kubectl`, on simulated clusters and on a real API server, where no pods run.
@Suite(.enabled(if: Kubectl.isInstalled, "kubectl is not installed"), .serialized) struct InstallTests {
    private static func clusters() async throws -> [TestCluster] {
        [try await TestCluster.simulated()] + [try await TestCluster.real()].compactMap(\.self)
    }

    private static let deployment = "/apis/apps/v1/namespaces/otomi-system/deployments/otomi-agent"
    private static let token = "/api/v1/namespaces/otomi-system/secrets/otomi-agent-token"

    private func add(_ name: String, _ world: World) async throws {
        _ = try await world.otomiJSON("cluster", "add", name, "--provider", "onprem", "--region", "lab")
    }

    /// There is no revision yet, so there is nothing else to wait for.
    private func expectEnrolled(_ name: String, _ world: World) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        var state = ""
        repeat {
            state = try await world.otomiJSON("cluster", "show", name).required("state")
        } while state == "pending" && ContinuousClock.now < deadline
        #expect(state != "pending")
    }

    /// The token as a pod would read it.
    private func tokenText(on cluster: TestCluster) async throws -> String {
        let secret = try await cluster.send("GET", Self.token).json
        if let text = secret["stringData"]?["token"]?.stringValue { return text }
        let encoded = try #require(secret["data"]?["token"]?.stringValue)
        return String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self)
    }

    @Test(
        "kubectl apply with a one-time address installs the agent with one request, and a second time is told why not"
    )
    func address() async throws {
        for (index, cluster) in try await Self.clusters().enumerated() {
            try await World.with { world in
                try await add("c\(index)", world)
                let kubectl = try Kubectl(cluster)
                let url = try #require(
                    try await world.otomiJSON("cluster", "install", "c\(index)", "--url")["url"]?.stringValue
                )
                let applied = try await kubectl.run("apply", "-f", url)
                #expect(applied.status == 0, "\(applied.text)")
                #expect(applied.text.contains("deployment.apps/otomi-agent created"), "\(applied.text)")
                #expect(try await cluster.send("GET", Self.deployment).status == 200)
                let again = try await kubectl.run("apply", "-f", url)
                #expect(again.status != 0 && again.text.contains("410"), "\(again.text)")
                // What a pod would do.
                try await world.startAgent("c\(index)", token: tokenText(on: cluster), at: cluster)
                try await expectEnrolled("c\(index)", world)
                await world.stopAgent("c\(index)")
                _ = try await kubectl.run("delete", "deployment", "otomi-agent", "-n", "otomi-system")
            }
        }
    }

    @Test("install --apply runs kubectl, a pipe does the same, and an upgrade leaves the token as it is")
    func applied() async throws {
        for (index, cluster) in try await Self.clusters().enumerated() {
            try await World.with { world in
                let name = "c\(index)"
                try await add(name, world)
                let kubectl = try Kubectl(cluster)
                let first = try await world.otomi(
                    "cluster",
                    "install",
                    name,
                    "--apply",
                    "--kubeconfig",
                    kubectl.kubeconfig
                )
                #expect(first.status == 0, "\(first.standardError)")
                let token = try await tokenText(on: cluster)
                #expect(token.hasPrefix("otomi_"))
                let upgraded = try await world.otomi(
                    "cluster",
                    "install",
                    name,
                    "--upgrade",
                    "--image",
                    "mirror.example.com/agent:2",
                    "--apply",
                    "--kubeconfig",
                    kubectl.kubeconfig
                )
                #expect(upgraded.status == 0, "\(upgraded.standardError)")
                #expect(try await tokenText(on: cluster) == token)
                let live = try await cluster.send("GET", Self.deployment).json
                let container = live["spec"]?["template"]?["spec"]?["containers"]?[0]
                #expect(container?["image"] == "mirror.example.com/agent:2")

                let printed = try await world.otomi("cluster", "install", name)
                #expect(printed.standardError.contains("--public-url"), "\(printed.standardError)")
                let piped = try await kubectl.run(
                    "apply",
                    "--server-side",
                    "--force-conflicts",
                    "-f",
                    "-",
                    input: printed.standardOutput
                )
                #expect(piped.status == 0, "\(piped.text)")
                #expect(try await tokenText(on: cluster) != token)
            }
        }
    }
}
