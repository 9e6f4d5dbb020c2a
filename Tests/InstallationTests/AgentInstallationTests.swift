import JSON
import Testing

@testable import Installation

@Suite struct AgentInstallationTests {
    private static let plain = AgentInstallation(hub: "https://hub.example.com")
    private static let full = AgentInstallation(
        hub: "https://hub.example.com:8443/otomi",
        image: "registry.example.com/otomi-agent@sha256:abc",
        authorities: "-----BEGIN CERTIFICATE-----",
        proxy: "http://proxy.example.com:3128",
        noProxy: ".internal",
        persistence: "1Gi"
    )

    private static func kinds(_ objects: [JSONValue]) -> [String] {
        objects.map { "\($0["kind"]?.stringValue ?? "")/\($0["metadata"]?["name"]?.stringValue ?? "")" }
    }

    @Test func `a manifest has what the agent runs by, its namespace first and its workload last`() {
        #expect(
            Self.kinds(Self.plain.objects(token: "T")) == [
                "Namespace/otomi-system", "ServiceAccount/otomi-agent", "ConfigMap/otomi-agent",
                "Secret/otomi-agent-token", "ClusterRole/otomi-agent", "ClusterRoleBinding/otomi-agent",
                "Role/otomi-agent", "RoleBinding/otomi-agent", "NetworkPolicy/otomi-agent", "Deployment/otomi-agent",
            ]
        )
        let full = Self.kinds(Self.full.objects(token: "T"))
        #expect(full.contains("ConfigMap/otomi-agent-hub-ca") && full.contains("PersistentVolumeClaim/otomi-agent"))
    }

    @Test func `an upgrade holds no token and takes none away`() {
        let objects = Self.plain.objects(token: nil)
        #expect(!Self.kinds(objects).contains { $0.hasPrefix("Secret/") })
        #expect(objects == Self.plain.objects(token: "T").filter { $0["kind"] != "Secret" })
        let volumes = objects.last?["spec"]?["template"]?["spec"]?["volumes"]?.arrayValue ?? []
        #expect(volumes.first { $0["name"] == "token" }?["secret"]?["optional"] == true)
    }

    @Test func `the agent runs alone, without root, without rights of the host, and within bounds`() throws {
        let deployment = try #require(Self.plain.objects(token: nil).last)
        #expect(deployment["spec"]?["strategy"]?["type"] == "Recreate" && deployment["spec"]?["replicas"] == 1)
        let pod = try #require(deployment["spec"]?["template"]?["spec"])
        #expect(pod["securityContext"]?["runAsNonRoot"] == true)
        #expect(pod["securityContext"]?["seccompProfile"]?["type"] == "RuntimeDefault")
        let container = try #require(pod["containers"]?[0])
        #expect(
            container["securityContext"] == [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ]
        )
        #expect(
            container["resources"] == ["requests": ["cpu": "50m", "memory": "32Mi"], "limits": ["memory": "128Mi"]]
        )
    }

    @Test func `the API server is never reached through the proxy`() throws {
        let container = Self.full.objects(token: nil).last?["spec"]?["template"]?["spec"]?["containers"]?[0]
        let variables = try #require(container?["env"]?.arrayValue)
        let direct = variables.first { $0["name"] == "NO_PROXY" }?["value"]
        #expect(direct == "$(KUBERNETES_SERVICE_HOST),.internal")
        #expect(Self.plain.objects(token: nil).last?["spec"]?["template"]?["spec"]?["containers"]?[0]?["env"] == nil)
    }

    @Test func `only metrics and probes come in, and only DNS, API servers, hub and proxy are reached`() throws {
        let policy = try #require(Self.full.objects(token: nil).first { $0["kind"] == "NetworkPolicy" })
        #expect(policy["spec"]?["policyTypes"] == ["Ingress", "Egress"])
        #expect(policy["spec"]?["ingress"] == [["ports": [["protocol": "TCP", "port": 9464]]]])
        #expect(Self.full.egressPorts == [443, 3128, 6443, 8443])
        #expect(Self.plain.egressPorts == [443, 6443])
        #expect(AgentInstallation(hub: "http://hub:7480").egressPorts == [443, 6443, 7480])
    }

    @Test func `how an agent was installed can be stored, and its token is no part of it`() throws {
        #expect(try AgentInstallation(json: Self.full.json) == Self.full)
        #expect(try AgentInstallation(json: Self.plain.json) == Self.plain)
    }

    @Test(
        "an address is read as far as an installation needs it",
        arguments: [
            ("https://hub", true, "hub", 443, false), ("http://HUB:80/path", false, "hub", 80, false),
            ("http://[::1]:7480", false, "[::1]", 7480, true),
            ("http://user:p@127.0.0.1:1", false, "127.0.0.1", 1, true),
            ("https://a.localhost/", true, "a.localhost", 443, true),
        ] as [(String, Bool, String, Int, Bool)]
    )
    func address(url: String, isEncrypted: Bool, host: String, port: Int, isLoopback: Bool) throws {
        let address = try #require(HubAddress(url))
        #expect(address.isEncrypted == isEncrypted && address.host == host && address.port == port)
        #expect(address.isLoopback == isLoopback)
    }

    @Test("what is no address is refused", arguments: ["", "hub", "ftp://hub", "http://", "http://h:0", "http://a b"])
    func noAddress(url: String) {
        #expect(HubAddress(url) == nil)
    }
}
