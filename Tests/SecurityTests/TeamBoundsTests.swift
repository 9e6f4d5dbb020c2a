import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import ClusterAgent
import ClusterSimulator
import Concurrency
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing
import Values
import HTTPTypes

/// What somebody of one team can do to another team.
@Suite struct TeamBoundsTests {
    /// A hub with the teams `red` and `blue`, and somebody of team `red` in each role.
    private static func with(
        _ body: @escaping @Sendable (HubTest, _ admin: HubCaller, _ people: [HubCaller]) async throws -> Void
    ) async throws {
        try await HubTest.with { hub, admin in
            try await admin.addCluster("paris")
            try await admin.addCluster("rome")
            try await hub.commit(put: [
                .team("red", spec: ["placement": ["clusters": ["paris"]]]),
                .team("blue", spec: ["placement": ["clusters": ["rome"]]]),
                .service("shop", team: "red"), .service("bank", team: "blue"),
            ])
            var people: [HubCaller] = []
            for role in [Role.teamMember, .teamAdmin] {
                people.append(admin.with(token: try await hub.token(role.rawValue, try #require(.team("red", role)))))
            }
            try await body(hub, admin, people)
        }
    }

    private static func refusals(_ hub: HubTest) async throws -> [AuditRecord] {
        try await hub.store.auditRecords(AuditFilter()).filter { $0.outcome == "refused" }
    }

    @Test("32 · a team's people cannot write another team's values, and learn nothing by trying")
    func values() async throws {
        try await Self.with { hub, _, people in
            for person in people {
                let bank = DocumentID(kind: .service, team: "blue", name: "bank")
                let noSuch = DocumentID(kind: .service, team: "blue", name: "no-such")
                let attempts = [
                    CommitRequest(message: "take over", put: [.service("bank", team: "blue", port: 81)]),
                    CommitRequest(message: "delete", delete: [bank]),
                    CommitRequest(message: "guess", delete: [noSuch]),
                    CommitRequest(message: "both", put: [.service("shop", team: "red", port: 81), .team("blue")]),
                    CommitRequest(message: "look", put: [.service("bank", team: "blue")], dryRun: true),
                ]
                for attempt in attempts {
                    let problem = try await person.post(Route.commits.path(), attempt).problem(.notFound)
                    #expect(!problem.detail.contains("81"))
                    #expect(problem.errors.isEmpty && problem.conflicts.isEmpty)
                }
                let platform = CommitRequest(message: "settings", put: [.pullSecret(password: "x")])
                try await person.post(Route.commits.path(), platform).problem(.forbidden)
            }
            #expect(try await hub.store.latestRevision() == 1)
            let refused = try await Self.refusals(hub)
            #expect(refused.count == 12)
            #expect(Set(refused.map(\.actor)) == ["teammember", "teamadmin"])
            #expect(refused.contains { $0.object == "Service blue/bank" && $0.action == "commitDocuments" })
        }
    }

    @Test("32 · a team's people cannot change clusters, their directives or their installation")
    func clusters() async throws {
        try await Self.with { hub, _, people in
            let bodies: [(route: String, body: JSONValue)] = [
                (Route.clusterHold.path("paris"), ["reason": "mine"]),
                (Route.clusterDrift.path("paris"), ["mode": "off"]),
            ]
            for person in people {
                for (route, body) in bodies {
                    let answer = try await person.send(.put, route, body: body.serialized())
                    try answer.problem(.forbidden)
                }
                try await person.delete(Route.cluster.path("paris")).problem(.forbidden)
                try await person.post(Route.clusterToken.path("paris"), JSONValue.object([:])).problem(.forbidden)
                try await person.post(Route.clusters.path(), JSONValue.object([:])).problem(.forbidden)
                try await person.get(Route.audit.path()).problem(.forbidden)
                // Whether a cluster exists is nothing that a refusal tells.
                try await person.delete(Route.cluster.path("no-such")).problem(.forbidden)
            }
            let names = try await hub.store.allClusters().map(\.name)
            #expect(names == ["paris", "rome"])
            #expect(try await Self.refusals(hub).count == 14)
        }
    }

    @Test("32 · a team's people see their own documents, history, clusters and objects, and nobody else's")
    func reads() async throws {
        try await Self.with { hub, admin, people in
            try await hub.commit(put: [.service("bank", team: "blue", port: 90)])
            for person in people {
                let documents: HubAPI.Page<DocumentEntry> = try await person.get(Route.documents.path()).message()
                #expect(documents.items.map(\.document.id.description) == ["Service red/shop", "Team red"])
                let others: HubAPI.Page<DocumentEntry> = try await person.get(
                    Route.documents.path(query: [("team", "blue")])
                ).message()
                #expect(others.items.isEmpty)
                let history: HubAPI.Page<HubAPI.Revision> = try await person.get(Route.revisions.path()).message()
                #expect(history.items.map(\.number) == [1])
                #expect(history.items.first?.changeCount == 2)
                let first: HubAPI.Revision = try await person.get(Route.revision.path("1")).message()
                #expect(first.changes.map(\.document.description) == ["Team red", "Service red/shop"])
                try await person.get(Route.revision.path("2")).problem(.notFound)
                let clusters: HubAPI.Page<ClusterStatus> = try await person.get(Route.clusters.path()).message()
                #expect(clusters.items.map(\.name) == ["paris"])
                let fleet: FleetStatus = try await person.get(Route.status.path()).message()
                #expect(fleet.clusters.map(\.name) == ["paris"])
                let hidden = try await person.get(Route.cluster.path("rome")).problem(.notFound)
                let absent = try await person.get(Route.cluster.path("none")).problem(.notFound)
                #expect(hidden.detail.replacing("rome", with: "none") == absent.detail)
                let values: ClusterValues = try await person.get(Route.clusterValues.path("paris")).message()
                #expect(values.values.objectValue?.keys.sorted() == ["teams"])
                let objects: HubAPI.Page<ObjectStatus> = try await person.get(Route.clusterObjectStates.path("paris"))
                    .message()
                #expect(objects.items.isEmpty)
            }
            let all: HubAPI.Page<ClusterStatus> = try await admin.get(Route.clusters.path()).message()
            #expect(all.items.count == 2)
        }
    }

    @Test("32 · a team changes what is its own, and a field beyond its flags is refused by name")
    func ownChanges() async throws {
        try await Self.with { hub, _, people in
            let lead = people[1]
            let change = CommitRequest(message: "port", put: [.service("shop", team: "red", port: 8080)])
            let result: HubAPI.CommitResult = try await lead.post(Route.commits.path(), change).message()
            #expect(result.revision == 2)
            #expect(try await hub.store.allClusters().allSatisfy { $0.desiredRevision == 2 })
            let quota: JSONValue = ["placement": ["clusters": ["paris"]], "resourceQuota": ["pods": "100"]]
            let problem = try await lead.post(
                Route.commits.path(),
                CommitRequest(message: "more", put: [.team("red", spec: quota)])
            ).problem(.forbidden)
            let fault = try #require(problem.errors.first)
            #expect(fault.pointer.description == "/resourceQuota")
            #expect(fault.message.contains("team/resourceQuota"))
            #expect(fault.hint?.contains("platform admin") == true)
            let records = try await hub.store.auditRecords(AuditFilter(actor: "teamadmin"))
            #expect(records.map(\.outcome) == ["refused", "done"])
            #expect(records.last?.object == "Service red/shop")
            #expect(records.last?.before != nil && records.last?.before != records.last?.after)
        }
    }

    @Test("32 · a clash with another team's host does not say whose it is")
    func clashes() async throws {
        try await Self.with { hub, _, people in
            let exposure: JSONValue = ["type": "public", "domain": "shop.example.com"]
            func exposed(_ name: String, _ team: String) -> Document {
                var document = Document.service(name, team: team)
                document.spec["exposure"] = exposure
                return document
            }
            try await hub.commit(put: [exposed("bank", "blue")])
            let answer = try await people[0].post(
                Route.commits.path(),
                CommitRequest(message: "same host", put: [exposed("shop", "red")])
            )
            #expect(answer.status == 422)
            #expect(!answer.text.contains("bank"), "\(answer.text)")
        }
    }

    @Test(
        "32 · a ClusterRoleBinding in a team's signed layer is refused by the API server",
        arguments: TestCluster.hasReal ? [false, true] : [false]
    )
    func clusterRoleBinding(isReal: Bool) async throws {
        if isReal {
            try await TestCluster.withRealAlone { try await AgentWorld.with($0, Self.bindToEverything) }
        } else {
            let cluster = try await TestCluster.simulated(ClusterConfiguration(authorizes: true))
            try await AgentWorld.with(cluster, Self.bindToEverything)
        }
    }

    private static let bindToEverything: @Sendable (AgentWorld) async throws -> Void = { world in
        let group = "rbac.authorization.k8s.io"
        func object(_ apiVersion: String, _ kind: String, _ name: String, _ members: JSONValue = [:]) -> JSONValue {
            let object: JSONValue = [
                "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)],
            ]
            return object.merging(members)
        }
        func binding(_ kind: String, _ name: String, of role: String, _ metadata: JSONValue = [:]) -> JSONValue {
            object(
                "\(group)/v1",
                kind,
                name,
                [
                    "metadata": metadata,
                    "roleRef": ["apiGroup": .string(group), "kind": "ClusterRole", "name": .string(role)],
                    "subjects": [["kind": "ServiceAccount", "name": "otomi-deployer", "namespace": "team-a"]],
                ]
            )
        }
        let rule: JSONValue = [
            "apiGroups": [""], "resources": ["configmaps"],
            "verbs": ["get", "list", "watch", "create", "patch", "update", "delete"],
        ]
        let own: JSONValue = ["namespace": "team-a"]
        try await world.hub.publish([
            ScriptedHub.Layer(
                name: "platform",
                wave: 1,
                objects: [object("\(group)/v1", "ClusterRole", "otomi-team-deployer", ["rules": [rule]])]
            ),
            ScriptedHub.Layer(
                name: "tenancy/a",
                wave: 3,
                objects: [
                    .namespace("team-a"), object("v1", "ServiceAccount", "otomi-deployer", ["metadata": own]),
                    binding("RoleBinding", "otomi-deployer", of: "otomi-team-deployer", own),
                ]
            ),
            ScriptedHub.Layer(
                name: "team/a",
                wave: 4,
                objects: [binding("ClusterRoleBinding", "everything", of: "cluster-admin")]
            ),
        ])
        try await world.agent {
            let report = try await world.hub.report { report in
                report.layers.contains { $0.name == "team/a" && $0.failed == 1 }
                    && report.notReady.contains { $0.message.contains("may not ") }
            }
            #expect(report.notReady.contains { $0.kind == "ClusterRoleBinding" && $0.name == "everything" })
            let key = ObjectKey(group: group, kind: "ClusterRoleBinding", namespace: nil, name: "everything")
            #expect(try await world.find(key) == nil)
        }
    }
}
