import JSON
import KubernetesTestSupport
import Platform
import Testing
import Values

/// What the accounts of a team may do on a real API server.
@Suite(.enabled(if: ServedObjects.areServed, "there is no real API server"), .serialized)
struct TeamAccessTests {
    private static func compilation(_ team: String) -> Compilation {
        let documents = [
            Document(
                id: DocumentID(kind: .team, name: team),
                spec: [
                    "alerts": ["receivers": ["slack"], "slack": ["url": "https://hooks.example.com/a"]],
                    "password": "p",
                ]
            ),
            Document(
                id: DocumentID(kind: .service, team: team, name: "web"),
                spec: [
                    "exposure": ["type": "public"],
                    "networkPolicy": ["egressPublic": [["domain": "example.org"], ["domain": "ae::1"]]],
                ]
            ),
            Document(id: DocumentID(kind: .cluster, name: "one"), spec: ["domainSuffix": "one.example.org"]),
        ]
        return compile(
            EffectiveValues(
                cluster: ClusterIdentity(name: "one", provider: "aws", region: "eu"),
                documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
            )
        )
    }

    /// A team on the server, with the objects that say what its accounts may do.
    private static func served(_ team: String, by server: inout ServedObjects) async throws {
        let kinds: Set<String> = [
            "Namespace", "ServiceAccount", "ClusterRole", "Role", "RoleBinding", "ResourceQuota", "LimitRange",
        ]
        let objects = compilation(team).objects.filter { kinds.contains($0["kind"]?.stringValue ?? "") }
        #expect(try await server.apply(objects).refused == [])
        try await server.gatherAdminRules()
    }

    private static let accounts = ["default", "otomi-deployer", "team-prometheus"]

    /// The old product let every team list everything on the cluster, the secrets of others among it.
    @Test func `no account of a team reads what belongs to others, or to the cluster`() async throws {
        var server = try #require(try await ServedObjects())
        let team = TestCluster.uniqueName("t")
        let other = TestCluster.uniqueName("t")
        try await Self.served(team, by: &server)
        try await Self.served(other, by: &server)
        let denied: [[String: String]] = [
            ["verb": "list", "resource": "secrets", "namespace": "team-\(other)"],
            ["verb": "get", "resource": "secrets", "namespace": "team-\(other)"],
            ["verb": "list", "resource": "secrets", "namespace": "kube-system"],
            ["verb": "list", "resource": "secrets"],
            ["verb": "list", "resource": "pods", "namespace": "team-\(other)"],
            ["verb": "create", "resource": "pods", "namespace": "istio-system"],
            ["verb": "list", "resource": "namespaces"],
            ["verb": "list", "resource": "nodes"],
            ["verb": "create", "resource": "clusterrolebindings", "group": "rbac.authorization.k8s.io"],
            ["verb": "bind", "resource": "clusterroles", "group": "rbac.authorization.k8s.io"],
            ["verb": "escalate", "resource": "clusterroles", "group": "rbac.authorization.k8s.io"],
            ["verb": "update", "resource": "ingresses", "group": "networking.k8s.io"],
            ["verb": "list", "resource": "*", "group": "*"],
        ]
        for account in Self.accounts {
            for attributes in denied {
                let isAllowed = try await server.allows(account: account, of: "team-\(team)", attributes)
                #expect(!isAllowed, "\(account) may \(attributes)")
            }
        }
    }

    @Test func `the accounts of a team have what they need in their own namespace`() async throws {
        var server = try #require(try await ServedObjects())
        let team = TestCluster.uniqueName("t")
        let namespace = "team-\(team)"
        try await Self.served(team, by: &server)
        let own: [[String: String]] = [
            ["verb": "list", "resource": "secrets", "namespace": namespace],
            ["verb": "create", "resource": "deployments", "group": "apps", "namespace": namespace],
            ["verb": "delete", "resource": "pods", "namespace": namespace],
            [
                "verb": "create", "resource": "rolebindings", "group": "rbac.authorization.k8s.io",
                "namespace": namespace,
            ],
        ]
        for attributes in own {
            #expect(try await server.allows(account: "default", of: namespace, attributes), "\(attributes)")
            #expect(try await !server.allows(account: "team-prometheus", of: namespace, attributes), "\(attributes)")
        }
        // The deployer has what the team's own layer takes, and no way to more.
        let deployer = "otomi-deployer"
        for (group, resource) in [("", "configmaps"), ("", "secrets"), ("batch", "jobs"), ("batch", "cronjobs")] {
            for verb in ["get", "list", "watch", "create", "patch", "update", "delete"] {
                let attributes = ["verb": verb, "resource": resource, "group": group, "namespace": namespace]
                #expect(try await server.allows(account: deployer, of: namespace, attributes), "\(attributes)")
            }
        }
        for (group, resource) in [
            ("", "pods"), ("", "serviceaccounts"), ("", "resourcequotas"), ("apps", "deployments"),
            ("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "rolebindings"),
            ("networking.k8s.io", "networkpolicies"), ("networking.istio.io", "gateways"),
        ] {
            let attributes = ["verb": "create", "resource": resource, "group": group, "namespace": namespace]
            #expect(try await !server.allows(account: deployer, of: namespace, attributes), "\(attributes)")
        }
        for resource in ["services", "endpoints", "pods"] {
            for verb in ["get", "list", "watch"] {
                let attributes = ["verb": verb, "resource": resource, "namespace": namespace]
                #expect(try await server.allows(account: "team-prometheus", of: namespace, attributes))
            }
        }
        // Nobody of a team lifts the limits that are set for it.
        for resource in ["resourcequotas", "limitranges"] {
            for account in Self.accounts {
                let attributes = ["verb": "update", "resource": resource, "namespace": namespace]
                #expect(try await !server.allows(account: account, of: namespace, attributes), "\(account) \(resource)")
            }
        }
    }

    @Test func `a real API server takes everything that a team gets`() async throws {
        let projects = ["prometheus-operator", "flux", "istio", "cert-manager", "external-secrets"]
        var server = try #require(try await ServedObjects(definitionsOf: projects))
        let team = TestCluster.uniqueName("t")
        let objects = Self.compilation(team).objects.filter {
            let metadata = $0["metadata"]
            return [metadata?["namespace"], metadata?["name"]].contains { $0 == .string("team-\(team)") }
        }
        // A dry run makes no namespaces, and whatever is in one needs it.
        let (refused, _) = try await server.apply(objects.filter { $0["kind"] == "Namespace" })
        #expect(refused == [])
        let answer = try await server.apply(objects, isDryRun: true)
        #expect(answer.refused == [])
        #expect(answer.unserved == [])
    }
}
