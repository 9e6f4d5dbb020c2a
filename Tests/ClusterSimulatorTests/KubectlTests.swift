import ClusterSimulator
import Foundation
import KubernetesTestSupport
import Testing

/// The real `kubectl` against the simulator.
@Suite(.enabled(if: Kubectl.isInstalled, "kubectl is not installed")) struct KubectlTests {
    private static let manifests = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: team-a}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: team-a}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: "nginx:1.25"}]
        """

    @Test("api-resources lists what is served")
    func resources() async throws {
        let kubectl = try Kubectl(try await TestCluster.simulated())
        let output = try await kubectl.run("api-resources", "--no-headers")
        #expect(output.status == 0, "\(output.text)")
        #expect(output.text.contains("deployments"))
        #expect(output.text.contains("networkpolicies"))
    }

    @Test("apply --server-side needs no flag, and a second run changes nothing")
    func apply() async throws {
        let cluster = try await TestCluster.simulated()
        let kubectl = try Kubectl(cluster)
        let first = try await kubectl.run("apply", "--server-side", "-f", "-", input: Self.manifests)
        #expect(first.status == 0, "\(first.text)")
        #expect(first.text.contains("deployment.apps/web serverside-applied"))
        let revision = cluster.simulator?.revision
        #expect(try await kubectl.run("apply", "--server-side", "-f", "-", input: Self.manifests).status == 0)
        #expect(cluster.simulator?.revision == revision)
        let table = try await kubectl.run("get", "deployments", "-n", "team-a")
        #expect(
            table.text.split(separator: "\n").first?.split(separator: " ") == [
                "NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE",
            ]
        )
        #expect(table.text.contains("2/2"))
        let path = try await kubectl.run(
            "get",
            "deployment",
            "web",
            "-n",
            "team-a",
            "-o",
            "jsonpath={.spec.template.spec.containers[0].image}"
        )
        #expect(path.text == "nginx:1.25")
    }

    @Test("apply --server-side names the manager of a conflict")
    func conflict() async throws {
        let kubectl = try Kubectl(try await TestCluster.simulated())
        _ = try await kubectl.run("apply", "--server-side", "-f", "-", "--field-manager=one", input: Self.manifests)
        let changed = Self.manifests.replacing("replicas: 2", with: "replicas: 3")
        let refused = try await kubectl.run("apply", "--server-side", "-f", "-", "--field-manager=two", input: changed)
        #expect(refused.status != 0)
        #expect(refused.text.contains("conflict with \"one\": .spec.replicas"))
        let forced = try await kubectl.run(
            "apply",
            "--server-side",
            "--force-conflicts",
            "-f",
            "-",
            "--field-manager=two",
            input: changed
        )
        #expect(forced.status == 0, "\(forced.text)")
    }

    @Test("label, annotate, scale, wait and delete work")
    func verbs() async throws {
        let kubectl = try Kubectl(try await TestCluster.simulated())
        _ = try await kubectl.run("apply", "--server-side", "-f", "-", input: Self.manifests)
        for arguments in [
            ["label", "deployment", "web", "-n", "team-a", "tier=front"],
            ["annotate", "deployment", "web", "-n", "team-a", "note=hello"],
            ["scale", "deployment/web", "-n", "team-a", "--replicas=4"],
            ["wait", "deployment/web", "-n", "team-a", "--for=condition=Available", "--timeout=10s"],
        ] {
            let output = try await kubectl.run(arguments)
            #expect(output.status == 0, "\(output.text)")
        }
        #expect(
            try await kubectl.run("get", "deployments", "-A", "-l", "tier=front", "--no-headers").text.contains("4/4")
        )
        let deleted = try await kubectl.run("delete", "namespace", "team-a", "--timeout=10s")
        #expect(deleted.status == 0, "\(deleted.text)")
        let gone = try await kubectl.run("get", "deployment", "web", "-n", "team-a")
        #expect(gone.status == 1)
        #expect(gone.text.contains("(NotFound)"))
    }
}
