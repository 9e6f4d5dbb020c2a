import Installation
import JSON
import KubernetesTestSupport
import Platform
import PlatformTestSupport
import Testing
import Values

/// What the agent's account may do on a real API server with RBAC.
@Suite(.enabled(if: ServedObjects.areServed, "there is no real API server"), .serialized)
struct AgentRightsTests {
    private static let projects = [
        "cert-manager", "external-secrets", "flux", "gatekeeper", "gateway-api", "istio", "knative", "kyverno",
        "prometheus-operator",
    ]

    /// The server with the agent's installation, as its administrator and as the agent see it.
    private static func servers() async throws -> (administrator: ServedObjects, agent: ServedObjects) {
        var administrator = try #require(try await ServedObjects(definitionsOf: projects))
        let installation = AgentInstallation(hub: "https://hub.example.com").objects(token: "otomi_0")
        #expect(try await administrator.apply(installation).refused == [])
        let agent = administrator.cluster.acting(as: AgentInstallation.name, of: AgentInstallation.namespace)
        return (administrator, try await ServedObjects(agent, definitionsOf: []))
    }

    /// The sample clusters with each engine of policies and each style of routing, and the fixture.
    private static func compilations() throws -> [(name: String, layers: [CompiledLayer])] {
        var result: [(name: String, layers: [CompiledLayer])] = []
        for cluster in SampleValues.clusters {
            for (engine, style) in [("gatekeeper", "istio"), ("kyverno", "gateway-api")] {
                let settings: [(name: String, spec: JSONValue)] = [
                    ("otomi", ["policyEngine": .string(engine)]), ("ingress", ["routing": .string(style)]),
                ]
                let documents =
                    try SampleValues.documents()
                    + settings.map {
                        Document(
                            id: DocumentID(kind: .settings, scope: .cluster(cluster.name), name: $0.name),
                            spec: $0.spec
                        )
                    }
                let stored = documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
                let layers = compile(EffectiveValues(cluster: cluster, documents: stored)).layers
                result.append(("\(cluster.name), \(engine), \(style)", layers))
            }
        }
        result.append(("the fixture", compile(try Fixtures.values()).layers))
        return result
    }

    @Test func `everything of the platform is accepted by a dry run as the agent, without cluster-admin`() async throws
    {
        var (_, agent) = try await Self.servers()
        var checked = 0
        for (name, layers) in try Self.compilations() {
            // A dry run makes no namespaces, and whatever is in one needs it.
            let namespaces = layers.flatMap(\.objects).filter { $0["kind"] == "Namespace" }
            #expect(try await agent.apply(namespaces).refused == [], "\(name)")
            for layer in layers where !layer.name.hasPrefix("team/") {
                let answer = try await agent.apply(layer.objects, isDryRun: true)
                #expect(answer.refused == [], "\(name), \(layer.name)")
                checked += layer.objects.count
            }
        }
        #expect(checked > 500)
    }

    @Test func `the agent makes the deployers' role, which holds more than it has itself, and no other`() async throws {
        var (_, agent) = try await Self.servers()
        func role(_ name: String) -> JSONValue {
            [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                "metadata": ["name": .string(name)],
                "rules": [
                    ["apiGroups": ["serving.knative.dev"], "resources": ["services"], "verbs": ["create", "patch"]]
                ],
            ]
        }
        #expect(try await agent.apply([role("otomi-team-deployer")], isDryRun: true).refused == [])
        #expect(try await agent.apply([role("otomi-other")], isDryRun: true).refused.count == 1)
    }

    @Test func `the agent creates and changes its own state and inventory`() async throws {
        let (_, agent) = try await Self.servers()
        let path = "/api/v1/namespaces/\(AgentInstallation.namespace)"
        for (kind, plural, name) in [
            ("Secret", "secrets", "otomi-agent-state"), ("ConfigMap", "configmaps", "otomi-inventory-0"),
        ] {
            let object: JSONValue = ["apiVersion": "v1", "kind": .string(kind), "metadata": ["name": .string(name)]]
            let answer = try await agent.cluster.apply("\(path)/\(plural)/\(name)", object, manager: "otomi-agent")
            #expect([200, 201].contains(answer.status), "\(answer.message)")
            #expect(try await agent.cluster.send("GET", "\(path)/\(plural)/\(name)").status == 200)
        }
        #expect(try await agent.cluster.send("GET", "/api/v1/namespaces/kube-system").status == 200)
    }

    @Test func `what is none of the agent's business is refused`() async throws {
        var (_, agent) = try await Self.servers()
        let rbac = "rbac.authorization.k8s.io"
        let metadata: JSONValue = ["name": "stranger", "namespace": "default"]
        let subject: JSONValue = [["kind": "ServiceAccount", "name": "stranger", "namespace": "default"]]
        func binding(_ kind: String, to role: String) -> JSONValue {
            [
                "apiVersion": .string("\(rbac)/v1"), "kind": .string(kind),
                "metadata": kind.hasPrefix("Cluster") ? ["name": "stranger"] : metadata, "subjects": subject,
                "roleRef": ["apiGroup": .string(rbac), "kind": "ClusterRole", "name": .string(role)],
            ]
        }
        let rule: JSONValue = ["apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]]
        let objects: [JSONValue] = [
            binding("ClusterRoleBinding", to: "cluster-admin"), binding("RoleBinding", to: "system:node"),
            [
                "apiVersion": .string("\(rbac)/v1"), "kind": "Role", "metadata": metadata, "rules": [rule],
            ],
            [
                "apiVersion": .string("\(rbac)/v1"), "kind": "ClusterRole", "metadata": ["name": "stranger"],
                "rules": [],
            ],
            [
                "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
                "spec": ["containers": [["name": "a", "image": "a"]]],
            ],
            ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "stranger", "labels": ["a": "b"]]],
        ]
        let refused = try await agent.apply(objects, isDryRun: true).refused
        #expect(refused.count == objects.count, "\(refused)")
        #expect(refused.allSatisfy { $0.contains("forbidden") || $0.contains("is attempting to grant") }, "\(refused)")
    }

    @Test func `the agent acts as a team's deployer and as nobody else, and reaches into no pod`() async throws {
        let (administrator, _) = try await Self.servers()
        func isAllowed(_ verb: String, _ group: String, _ resource: String, name: String? = nil) async throws -> Bool {
            var attributes = ["verb": verb, "group": group, "resource": resource, "namespace": "team-a"]
            attributes["name"] = name
            return try await administrator.allows(
                account: AgentInstallation.name,
                of: AgentInstallation.namespace,
                attributes
            )
        }
        #expect(try await isAllowed("impersonate", "", "serviceaccounts", name: "otomi-deployer"))
        #expect(try await !isAllowed("impersonate", "", "serviceaccounts", name: "default"))
        for resource in ["users", "groups"] { #expect(try await !isAllowed("impersonate", "", resource)) }
        for (verb, group, resource) in [
            ("create", "", "pods"), ("delete", "", "pods"), ("create", "", "pods/exec"), ("get", "", "pods/log"),
            ("create", "", "serviceaccounts/token"), ("patch", "", "nodes"), ("delete", "", "persistentvolumes"),
            ("patch", "admissionregistration.k8s.io", "validatingwebhookconfigurations"),
            ("patch", "certificates.k8s.io", "certificatesigningrequests/approval"),
            ("patch", "rbac.authorization.k8s.io", "clusterroles"), ("patch", "serving.knative.dev", "services"),
            ("patch", "batch", "jobs"), ("patch", "apiregistration.k8s.io", "apiservices"),
        ] {
            #expect(try await !isAllowed(verb, group, resource), "\(verb) \(resource).\(group)")
        }
    }

    /// docs/installation.md says so: who holds the agent's account holds the cluster, by way of what the platform is.
    @Test func `what the rules cannot prevent is known`() async throws {
        var (_, agent) = try await Self.servers()
        // A bundle holds Secrets of many namespaces, and no rule speaks of metadata alone.
        #expect(try await agent.cluster.send("GET", "/api/v1/namespaces/kube-system/secrets").status == 200)
        // Flux is bound to cluster-admin under this one name, for whichever subject the bundle says.
        let binding: JSONValue = [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": ["name": "otomi-helm-controller"],
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"],
            "subjects": [["kind": "ServiceAccount", "name": "helm-controller", "namespace": "flux-system"]],
        ]
        #expect(try await agent.apply([binding], isDryRun: true).refused == [])
    }
}
