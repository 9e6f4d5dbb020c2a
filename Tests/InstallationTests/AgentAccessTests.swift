import Installation
import JSON
import PlatformTestSupport
import Testing
import Values

@testable import Platform

/// The agent's rules against everything that the platform can be.
@Suite struct AgentAccessTests {
    /// A kind as rules speak of it.
    private struct Resource: Hashable, Comparable, CustomStringConvertible {
        let group: String
        let plural: String

        init(_ group: String, _ plural: String) {
            self.group = group
            // A kind for each template, which all belong to the platform.
            self.plural = group == "constraints.gatekeeper.sh" ? "*" : plural
        }

        init(_ object: JSONValue) {
            let parts = (object["apiVersion"]?.stringValue ?? "").split(separator: "/")
            self.init(
                parts.count == 2 ? String(parts[0]) : "",
                Self.plural(of: object["kind"]?.stringValue?.lowercased() ?? "")
            )
        }

        private static func plural(of kind: String) -> String {
            if kind == "ingressclassparams" { return kind }
            if kind.hasSuffix("s") { return kind + "es" }
            if kind.hasSuffix("y"), !kind.hasSuffix("ay") { return kind.dropLast() + "ies" }
            return kind + "s"
        }

        var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

        static func < (left: Self, right: Self) -> Bool { left.description < right.description }
    }

    /// Kinds of the whole cluster that the agent applies under a few names only.
    private static let named = Set(
        ["clusterroles", "clusterrolebindings"].map { Resource("rbac.authorization.k8s.io", $0) }
    )

    /// Every cluster of the samples and the fixture, with every app, each engine of policies and each style of routing.
    private static let layers: [CompiledLayer] = {
        var layers: [CompiledLayer] = []
        let apps = Catalogue.embedded.names.map { name in
            Document(id: DocumentID(kind: .app, name: name), spec: ["enabled": true])
        }
        for cluster in SampleValues.clusters {
            for (engine, style) in [("gatekeeper", "istio"), ("kyverno", "gateway-api")] {
                for more in [[], apps] {
                    let settings = [("otomi", ["policyEngine": engine]), ("ingress", ["routing": style])].map {
                        Document(
                            id: DocumentID(kind: .settings, scope: .cluster(cluster.name), name: $0),
                            spec: .object($1.mapValues { .string($0) })
                        )
                    }
                    let known = (try? SampleValues.documents()) ?? []
                    let own = more.filter { app in !known.contains { $0.id == app.id } }
                    let stored = (known + settings + own).map {
                        StoredDocument(document: $0, revision: 1, author: "tester")
                    }
                    layers += compile(EffectiveValues(cluster: cluster, documents: stored)).layers
                }
            }
        }
        if Fixtures.arePresent, let values = try? Fixtures.values() { layers += compile(values).layers }
        return layers
    }()

    /// A team's own layer is its deployer's to apply.
    private static var appliedByAgent: [JSONValue] {
        layers.filter { !$0.name.hasPrefix("team/") }.flatMap(\.objects)
    }

    private static func resources(_ kinds: [AgentAccess.Kinds]) -> Set<Resource> {
        Set(kinds.flatMap { kind in kind.resources.map { Resource(kind.group, $0) } })
    }

    @Test func `the agent may apply every kind that is compiled for the platform, and nothing that nobody needs`() {
        let needed = Set(Self.appliedByAgent.map(Resource.init)).subtracting(Self.named)
        let granted = Self.resources(AgentAccess.applied)
        #expect(needed.count > 25, "the samples are compiled")
        #expect(needed.subtracting(granted).sorted() == [], "kinds that AgentAccess.applied lacks")
        #expect(
            granted.subtracting(needed).sorted() == [],
            "kinds in AgentAccess.applied that nothing needs; what is only looked at goes to AgentAccess.looked"
        )
    }

    @Test func `the agent may watch every kind that any layer holds`() {
        let needed = Set(Self.layers.flatMap(\.objects).map(Resource.init)).subtracting(Self.named)
        let granted = Self.resources(AgentAccess.applied + AgentAccess.watched)
        #expect(needed.subtracting(granted).sorted() == [], "kinds that AgentAccess.watched lacks")
        #expect(Self.resources(AgentAccess.watched).subtracting(needed).sorted() == [], "kinds that nothing needs")
    }

    @Test func `roles and bindings that exceed the agent's own rights are named one by one`() {
        let objects = Self.appliedByAgent
        func names(_ kind: String) -> Set<String> {
            Set(objects.filter { $0["kind"]?.stringValue == kind }.compactMap { $0["metadata"]?["name"]?.stringValue })
        }
        #expect(names("Role") == Set(AgentAccess.escalatingRoles))
        #expect(names("ClusterRole").isSubset(of: AgentAccess.clusterRoles))
        #expect(names("ClusterRoleBinding") == Set(AgentAccess.clusterRoleBindings))
        let bound = objects.filter { $0["roleRef"]?["kind"] == "ClusterRole" }
            .compactMap { $0["roleRef"]?["name"]?.stringValue }
        #expect(Set(bound).union(AgentAccess.clusterRoles) == Set(AgentAccess.boundClusterRoles))
    }

    @Test func `no rule grants every verb, every group or every kind but those that templates make`() {
        let rules = AgentAccess.objects.flatMap { $0["rules"]?.arrayValue ?? [] }
        for rule in rules {
            #expect(rule["verbs"]?.arrayValue?.contains("*") == false && rule["apiGroups"] != ["*"])
            #expect(rule["resources"] != ["*"] || rule["apiGroups"] == ["constraints.gatekeeper.sh"])
            let isDangerous = ["bind", "escalate", "impersonate"].contains {
                rule["verbs"]?.arrayValue?.contains(.string($0)) == true
            }
            #expect(!isDangerous || rule["resourceNames"] != nil, "\(rule)")
        }
        let bound = AgentAccess.objects.compactMap { $0["roleRef"]?["name"] }
        #expect(bound == ["otomi-agent", "otomi-agent"], "and nothing binds the agent to cluster-admin")
    }
}
