import FleetTestSupport
import Foundation
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

/// The whole way, with a real values repository: import, enrol, apply, change one thing, delete a team.
@Suite struct ImportedRepositoryTests {
    private static let fixtures = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../../shared/fixtures").standardizedFileURL
    private static let repository = fixtures.appending(path: "otomi-values")
    private static let isThere = FileManager.default.fileExists(atPath: repository.path)

    /// The kinds that the repository's objects are of and that an API server does not have by itself.
    private static let definitions = [
        "knative/services.serving.knative.dev", "istio/virtualservices.networking.istio.io",
        "istio/gateways.networking.istio.io", "istio/sidecars.networking.istio.io",
        "istio/serviceentries.networking.istio.io", "cert-manager/certificates.cert-manager.io",
        "cert-manager/clusterissuers.cert-manager.io",
        "external-secrets/externalsecrets.external-secrets.io", "external-secrets/secretstores.external-secrets.io",
        "prometheus-operator/prometheuses.monitoring.coreos.com",
        "prometheus-operator/alertmanagers.monitoring.coreos.com",
        "prometheus-operator/prometheusrules.monitoring.coreos.com",
        "prometheus-operator/probes.monitoring.coreos.com", "istio/requestauthentications.security.istio.io",
        "istio/authorizationpolicies.security.istio.io", "gatekeeper/constrainttemplates.templates.gatekeeper.sh",
    ]

    /// Kinds whose definitions a controller brings along that does not run here; Kubernetes 1.20 does not know CronJob in
    /// batch/v1 yet either.
    private static func isUnserved(_ kind: String, apiVersion: String, _ isReal: Bool) -> Bool {
        apiVersion.hasPrefix("constraints.gatekeeper.sh/") || kind == "KnativeServing" || (isReal && kind == "CronJob")
    }

    @Test(
        "a repository reaches a real cluster whole, changes touch one object, a deleted team takes only its own",
        .enabled(if: isThere, "the fixture repository is not beside this checkout")
    )
    func wholeWay() async throws {
        let cluster = if let real = try await TestCluster.real() { real } else { try await TestCluster.simulated() }
        try await cluster.install(
            definitions: Self.definitions.map { Self.fixtures.appending(path: "crds/\($0).yaml").path }
        )
        let client = try cluster.makeClient()
        try await World.with { world in
            let first = try await world.otomiJSON("import", Self.repository.path, "-m", "Import")
            let again = try await world.otomiJSON("import", Self.repository.path, "-m", "Import again")
            #expect(first["result"]?["revision"] == 1)
            #expect(again["result"]?["revision"] == 1, "importing twice makes no second revision")

            let token = try await world.otomiJSON("cluster", "token", "demo")
            try await world.startAgent("demo", token: token.required("token"), at: cluster)
            try await world.wait(for: "demo")
            let before = try await expectEveryObject(world, client, cluster.isReal)
            try await expectUnservedKindsReported(world, cluster)

            try await changeOneService(world)
            try await world.wait(for: "demo")
            let after = try await expectEveryObject(world, client, cluster.isReal)
            // One of the jobs runs anew with every revision.
            let changed = Set(after.filter { before[$0.key] != $0.value }.map(\.key))
            let always = "Job.batch/team-demo/contains-everything-r2"
            #expect(changed == [always, "Service.serving.knative.dev/team-demo/hello"])

            try await deleteTeam(world, client, ours: after.keys.filter { $0.contains("/team-demo/") })
        }
    }

    /// Compares what `otomi render` prints with what the API server has, and returns the resource versions by object.
    private func expectEveryObject(
        _ world: World,
        _ client: KubernetesClient,
        _ isReal: Bool
    ) async throws -> [String: String] {
        let rendered = try await world.otomiJSON("render", "--cluster", "demo")
        let objects = try #require(rendered["items"]?.arrayValue)
        #expect(objects.count > 40)
        var versions: [String: String] = [:]
        for value in objects {
            let object = try KubernetesObject(json: value)
            let isServed = try await client.discovery.resource(for: object.type) != nil
            guard isServed else {
                let type = object.type
                #expect(
                    Self.isUnserved(type.kind, apiVersion: type.apiVersion, isReal),
                    "\(object.key) is not served"
                )
                continue
            }
            let live = try await client.find(object.type, namespace: object.namespace, name: object.name)
            let found = try #require(live, "\(object.key) is missing")
            versions["\(object.key)"] = found.json["metadata"]?["resourceVersion"]?.stringValue
        }
        return versions
    }

    /// What the server does not serve waits and is named.
    private func expectUnservedKindsReported(_ world: World, _ cluster: TestCluster) async throws {
        let status = try await world.otomiJSON("cluster", "show", "demo")
        let notServed = (status["notReady"]?.arrayValue ?? []).filter { $0["reason"] == "NotServed" }
        #expect(!notServed.isEmpty)
        for entry in notServed {
            let kind = entry["kind"]?.stringValue ?? ""
            // A report names the kind alone.
            let isConstraint = kind.hasPrefix("Psp") || kind == "ContainerLimits"
            let apiVersion = isConstraint ? "constraints.gatekeeper.sh/v1beta1" : ""
            #expect(Self.isUnserved(kind, apiVersion: apiVersion, cluster.isReal), "\(kind)")
        }
    }

    private func changeOneService(_ world: World) async throws {
        let page = try await world.otomiJSON("get", "service", "hello", "--team", "demo")
        var document = try #require(page[0])
        document["revision"] = nil
        document["author"] = nil
        try document.set("v1.2.13", at: JSONPointer(["spec", "container", "image", "tag"]))
        let file = world.folder.appending(path: "hello.json")
        try Data(document.serialized()).write(to: file)
        let output = try await world.otomi("apply", "-f", file.path, "-m", "A newer image")
        #expect(output.status == 0, "\(output.standardError)")
    }

    private func deleteTeam(_ world: World, _ client: KubernetesClient, ours: [String]) async throws {
        let stranger: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "stranger", "namespace": "default"],
        ]
        _ = try await client.create(KubernetesObject(stranger), fieldManager: "stranger")
        let output = try await world.otomi("delete", "team", "demo", "-m", "Away", "--yes")
        #expect(output.status == 0, "\(output.standardError)")
        try await world.waitConfirming(for: "demo")
        #expect(!ours.isEmpty)
        let types = [
            ("v1", "ConfigMap"), ("networking.k8s.io/v1", "NetworkPolicy"), ("serving.knative.dev/v1", "Service"),
        ]
        for (version, name) in types {
            let kind = GroupVersionKind(apiVersion: version, kind: name)
            let left = try await client.list(kind, namespace: "team-demo").objects
                .filter { $0.name != "kube-root-ca.crt" }
            #expect(left.isEmpty, "left of \(kind): \(left.map(\.name))")
        }
        let kept = try await client.find(
            GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"),
            namespace: "default",
            name: "stranger"
        )
        #expect(kept != nil, "somebody else's object must stay")
    }
}
