import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import ClusterSimulator
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// Team layers are applied as their teams' deployers, on both kinds of API server; each holds them to their roles.
@Suite struct ImpersonationTests {
    enum Server: String, CaseIterable, CustomTestStringConvertible {
        case simulated, real

        static var here: [Server] { TestCluster.hasReal ? allCases : [.simulated] }

        var testDescription: String { rawValue }

        /// Runs an agent's world on a cluster of its own that knows roles.
        func world(_ body: @escaping @Sendable (AgentWorld) async throws -> Void) async throws {
            switch self {
            case .simulated:
                try await AgentWorld.with(try await .simulated(ClusterConfiguration(authorizes: true)), body)
            case .real: try await TestCluster.withRealAlone { try await AgentWorld.with($0, body) }
            }
        }
    }

    private static let rbac = "rbac.authorization.k8s.io"

    private static func object(
        _ kind: String,
        _ name: String,
        in namespace: String? = nil,
        _ apiVersion: String = "\(rbac)/v1",
        _ members: JSONValue = [:]
    ) -> JSONValue {
        let object: JSONValue = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        return object.merging(["metadata": .members(["name": name, "namespace": namespace])]).merging(members)
    }

    private static func key(
        _ kind: String,
        _ name: String,
        in namespace: String? = nil,
        group: String = rbac
    ) -> ObjectKey {
        ObjectKey(group: group, kind: kind, namespace: namespace, name: name)
    }

    /// A role for deployers, as the platform's layer has it.
    private static func platform(_ more: [JSONValue] = [], resources: JSONValue = ["configmaps"]) -> ScriptedHub.Layer {
        let rule: JSONValue = [
            "apiGroups": [""], "resources": resources,
            "verbs": ["get", "list", "watch", "create", "patch", "update", "delete"],
        ]
        let role = object("ClusterRole", "otomi-team-deployer", "\(rbac)/v1", ["rules": [rule]])
        return ScriptedHub.Layer(name: "platform", wave: 1, objects: [role] + more)
    }

    private static func binding(
        _ kind: String,
        _ name: String,
        in namespace: String? = nil,
        of role: String
    ) -> JSONValue {
        object(
            kind,
            name,
            in: namespace,
            "\(rbac)/v1",
            [
                "roleRef": ["apiGroup": .string(rbac), "kind": "ClusterRole", "name": .string(role)],
                "subjects": [["kind": "ServiceAccount", "name": "otomi-deployer", "namespace": "team-a"]],
            ]
        )
    }

    private static let tenancy = ScriptedHub.Layer(
        name: "tenancy/a",
        wave: 3,
        objects: [
            .namespace("team-a"), object("ServiceAccount", "otomi-deployer", in: "team-a", "v1"),
            binding("RoleBinding", "otomi-deployer", in: "team-a", of: "otomi-team-deployer"),
        ]
    )

    private static func team(_ objects: [JSONValue]) -> ScriptedHub.Layer {
        ScriptedHub.Layer(name: "team/a", wave: 4, objects: objects)
    }

    /// What no team may have, and where it would be.
    private static let forbidden: [(key: ObjectKey, object: JSONValue)] = [
        (
            key("ClusterRoleBinding", "grab"),
            binding("ClusterRoleBinding", "grab", of: "cluster-admin")
        ),
        (
            key("RoleBinding", "grab", in: "team-a"),
            binding("RoleBinding", "grab", in: "team-a", of: "cluster-admin")
        ),
        (
            key("Role", "grab", in: "team-a"),
            object(
                "Role",
                "grab",
                in: "team-a",
                "\(rbac)/v1",
                ["rules": [["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]]]]
            )
        ),
        (.configMap("elsewhere", in: "others"), .configMap("elsewhere", in: "others")),
        (.namespace("team-a-more"), .namespace("team-a-more")),
        (
            key("ResourceQuota", "mine", in: "team-a", group: ""),
            object("ResourceQuota", "mine", in: "team-a", "v1", ["spec": ["hard": ["pods": "1000"]]])
        ),
    ]

    @Test(
        "a signed team layer gives its team no more than its rights, and the rest of it is applied",
        arguments: Server.here
    )
    func escalation(server: Server) async throws {
        try await server.world { world in
            let layers = [
                Self.platform([.namespace("others"), .configMap("of-platform", in: "others")]), Self.tenancy,
                Self.team([.configMap("a"), .configMap("b")] + Self.forbidden.map(\.object)),
            ]
            try await world.hub.publish(layers)
            try await world.agent {
                let report = try await world.hub.report { report in
                    // Namespaces are sent before anything else, and so before the first pass makes the tenancy.
                    report.layers.contains {
                        $0.name == "team/a" && $0.applied == 2 && $0.failed == Self.forbidden.count
                    } && !report.notReady.contains { $0.message.contains("its tenancy layer is not applied") }
                }
                #expect(report.state == .outOfSync)
                for name in ["platform", "tenancy/a"] {
                    #expect(report.layers.first { $0.name == name }?.state == .inSync, "\(name)")
                }
                #expect(report.notReady.count == Self.forbidden.count)
                for (key, _) in Self.forbidden {
                    let entry = report.notReady.first {
                        $0.kind == key.kind && $0.name == key.name && $0.namespace == key.namespace
                    }
                    let message = try #require(entry?.message, "\(key)")
                    #expect(message.contains("team a's deployer otomi-deployer may not "), "\(message)")
                    #expect(try await world.find(key) == nil, "\(key)")
                }
                #expect(try await world.find(.configMap("a")) != nil)
                #expect(try await world.find(.configMap("of-platform", in: "others")) != nil)
            }
        }
    }

    @Test(
        "a team's secrets are applied as the team, what is about teams elsewhere as the agent",
        arguments: Server.here
    )
    func secrets(server: Server) async throws {
        try await server.world { world in
            let secrets = ScriptedHub.Layer(
                name: "confidential/teams",
                wave: 4,
                objects: [
                    Self.object("Secret", "own", in: "team-a", "v1"),
                    Self.object("Secret", "users", in: "others", "v1"),
                ],
                isSealed: true
            )
            // A role without secrets shows as whom the team's is applied.
            try await world.hub.publish([Self.platform([.namespace("others")]), Self.tenancy, secrets])
            try await world.agent {
                let report = try await world.hub.report { report in
                    report.layers.contains { $0.name == secrets.name && $0.applied == 1 && $0.failed == 1 }
                }
                #expect(report.notReady.map(\.namespace) == ["team-a"])
                let role = Self.platform([.namespace("others")], resources: ["configmaps", "secrets"])
                try await world.hub.publish([role, Self.tenancy, secrets])
                _ = try await world.hub.inSync(2)
            }
        }
    }

    @Test("a team without its tenancy is told so, and gets its objects once it has one", arguments: Server.here)
    func withoutTenancy(server: Server) async throws {
        try await server.world { world in
            let team = Self.team([.configMap("a")])
            try await world.hub.publish([Self.platform(), team])
            try await world.agent {
                let report = try await world.hub.report { $0.notReady.contains { $0.name == "a" } }
                #expect(report.notReady[0].message.contains("its tenancy layer is not applied"))
                try await world.hub.publish([Self.platform(), Self.tenancy, team])
                _ = try await world.hub.inSync(2)
            }
        }
    }

    @Test("a removed team goes whole, although its rights go with it", arguments: Server.here)
    func removal(server: Server) async throws {
        try await server.world { world in
            let team = Self.team([.configMap("a"), .configMap("b")])
            try await world.hub.publish([Self.platform(), Self.tenancy, team])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                // One object alone goes as the team.
                try await world.hub.publish([Self.platform(), Self.tenancy, Self.team([.configMap("a")])])
                _ = try await world.hub.inSync(2)
                #expect(try await world.find(.configMap("b")) == nil)
                try await world.hub.publish([Self.platform()])
                try await world.hub.confirm(try await world.hub.held(3).pendingDeletions)
                let last = try await world.hub.inSync(4)
                #expect(last.counts["held"] == 0)
                #expect(try await world.find(.configMap("a")) == nil)
                // Nothing empties namespaces on a bare API server.
                try await world.wait(for: .namespace("team-a")) { $0?.isTerminating ?? true }
            }
        }
    }

    @Test("no team's layer has an object deleted that is not in the team's namespace", arguments: Server.here)
    func foreignDeletion(server: Server) async throws {
        try await server.world { world in
            let key = ObjectKey.configMap("precious", in: "others")
            let precious: JSONValue = .configMap("precious", in: "others")
            let others = ScriptedHub.Layer(name: "apps", wave: 2, objects: [precious])
            let platform = Self.platform([.namespace("others")])
            try await world.hub.publish([platform, Self.tenancy, others])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                // The team's layer takes it over from one that is absent, and drops it.
                try await world.hub.publishForgetfully([platform, Self.tenancy, Self.team([precious])])
                _ = try await world.hub.report { $0.generation == 2 }
                try await world.hub.publishForgetfully([platform, Self.tenancy, Self.team([.configMap("a")])])
                let report = try await world.hub.report { $0.generation == 3 && $0.counts["held"] == 1 }
                #expect(report.notReady.contains { $0.name == "precious" && $0.message.contains("may not delete") })
                #expect(try await world.find(key)?.isTerminating == false)
            }
        }
    }

    @Test("an object that moves from a team's layer to its tenancy is neither written nor deleted") func upgrade()
        async throws
    {
        try await AgentWorld.with { world in
            let quota = Self.object("ResourceQuota", "q", in: "team-a", "v1", ["spec": ["hard": ["pods": "1"]]])
            let key = Self.key("ResourceQuota", "q", in: "team-a", group: "")
            try await world.hub.publish([Self.team([.namespace("team-a"), quota, .configMap("a")])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let before = try await world.find(key)
                let frame = ScriptedHub.Layer(name: "tenancy/a", wave: 3, objects: [.namespace("team-a"), quota])
                try await world.hub.publish([frame, Self.team([.configMap("a")])])
                let report = try await world.hub.inSync(2)
                #expect(report.counts["pruned"] == 0)
                let after = try await world.find(key)
                #expect(before != nil && before?.uid == after?.uid)
                #expect(before?.resourceVersion == after?.resourceVersion)
                let inventory = try await world.find(.configMap(AgentSet.chunkName(0), in: AgentSet.namespace))
                let text = inventory?.json["data"]?["objects"]?.stringValue ?? ""
                #expect(text.contains("v1 ResourceQuota team-a q tenancy/a"))
                #expect(text.contains("v1 ConfigMap team-a a team/a"))
            }
        }
    }
}
