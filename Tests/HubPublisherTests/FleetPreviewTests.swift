import Concurrency
import JSON
import Testing
import Values

@testable import HubPublisher

/// What a change would do to a fleet, told before anything is stored.
@Suite struct FleetPreviewTests {
    private let preview = FleetPreview()

    private func cluster(_ name: String, provider: String = "aws", labels: [String: String] = [:]) -> ClusterIdentity {
        ClusterIdentity(name: name, provider: provider, region: "eu", labels: labels)
    }

    private func document(
        _ kind: Kind,
        _ name: String,
        team: String? = nil,
        scope: Scope = .platform,
        _ spec: JSONValue = [:]
    ) -> Document {
        Document(id: DocumentID(kind: kind, scope: scope, team: team, name: name), spec: spec)
    }

    private func secret(_ value: String) -> Document {
        document(
            .secret,
            "token",
            team: "demo",
            ["type": "generic", "entries": ["key"], "data": ["key": .string(value)]]
        )
    }

    private func pullSecret(_ password: String) -> Document {
        document(
            .settings,
            "otomi",
            [
                "globalPullSecret": [
                    "server": "registry.example.com", "username": "puller", "password": .string(password),
                    "email": "a@example.com",
                ]
            ]
        )
    }

    private func stored(_ documents: [Document]) -> [StoredDocument] {
        documents.map { StoredDocument(document: $0, revision: 1, author: "alice") }
    }

    private func input(
        _ before: [Document],
        _ after: [Document],
        on clusters: [ClusterIdentity],
        base: Int64 = 1
    ) -> PreviewInput {
        PreviewInput(
            clusters: clusters.map { PreviewInput.Cluster($0, before: base) },
            before: [base: stored(before)],
            after: stored(after),
            revision: base + 1
        )
    }

    @Test func `clusters to which the same happens are one group, largest first`() async throws {
        let fleet = [
            cluster("paris", labels: ["tier": "prod"]), cluster("rome", labels: ["tier": "prod"]),
            cluster("tokyo", labels: ["tier": "prod"]), cluster("lab"),
        ]
        let placed = document(.team, "prod", ["placement": ["selector": ["tier": "prod"]]])
        let plan = try await preview.plan(input([], [placed, document(.team, "demo")], on: fleet))
        #expect(plan.groups.map(\.clusters) == [["paris", "rome", "tokyo"], ["lab"]])
        #expect(plan.clusterCount == 4)
        let names = plan.groups.map { group in
            Set(group.changes.filter { $0.object.kind == "Namespace" }.map(\.object.name))
        }
        #expect(names[0].isSuperset(of: ["team-prod", "team-demo"]))
        #expect(!names[1].contains("team-prod"))
        #expect(plan.counts.added == plan.groups.reduce(0) { $0 + $1.counts.added * $1.clusters.count })
    }

    @Test func `a change of a field is told with its place and both values`() async throws {
        let before = document(.team, "demo", ["resourceQuota": ["pods": "10"]])
        let after = document(.team, "demo", ["resourceQuota": ["pods": "20"]])
        let plan = try await preview.plan(input([before], [after], on: [cluster("one")]))
        let change = try #require(plan.groups.first?.changes.first { $0.object.kind == "ResourceQuota" })
        #expect(change.action == .changed)
        #expect(change.object.namespace == "team-demo")
        #expect(change.layer == "tenancy/demo")
        #expect(
            change.fields == [
                JSONDifference(pointer: JSONPointer(["spec", "hard", "pods"]), before: "10", after: "20")
            ]
        )
        #expect(!plan.isDangerous)
    }

    @Test func `nothing is told where nothing changes`() async throws {
        let documents = [document(.team, "demo")]
        let plan = try await preview.plan(input(documents, documents, on: [cluster("one"), cluster("two")]))
        #expect(plan.groups.isEmpty)
        #expect(plan.clusterCount == 2)
        #expect(plan.counts == FleetPlan.Counts())
    }

    @Test func `a team that goes is dangerous, with its namespace and what is in it`() async throws {
        let plan = try await preview.plan(
            input(
                [document(.team, "demo"), document(.team, "other")],
                [document(.team, "other")],
                on: [cluster("one")]
            )
        )
        let kinds = Set(try #require(plan.groups.first).dangers.map(\.kind))
        #expect(kinds.isSuperset(of: [.namespace, .team]))
        #expect(plan.isDangerous)
        let namespace = plan.groups[0].dangers.first { $0.kind == .namespace }
        #expect(namespace?.object == ObjectIdentity(kind: "Namespace", name: "team-demo"))
    }

    @Test func `a team that leaves one cluster is dangerous there and nowhere else`() async throws {
        let moved = document(.team, "demo", ["placement": ["clusters": ["one"]]])
        let plan = try await preview.plan(
            input([document(.team, "demo")], [moved], on: [cluster("one"), cluster("two")])
        )
        #expect(plan.groups.filter { !$0.dangers.isEmpty }.map(\.clusters) == [["two"]])
    }

    @Test func `secrets never appear, and that they change does`() async throws {
        let plan = try await preview.plan(
            input(
                [document(.team, "demo"), pullSecret("hunter-before")],
                [document(.team, "demo"), pullSecret("hunter-after")],
                on: [cluster("one")]
            )
        )
        let changes = try #require(plan.groups.first).changes
        #expect(changes.contains { $0.object.kind == "Secret" && $0.action == .changed })
        let text = String(describing: plan)
        #expect(!text.contains("hunter"))
        let field = try #require(changes.first { $0.object.kind == "Secret" }?.fields.first)
        #expect(field.before == ConcealedObject.before)
        #expect(field.after == ConcealedObject.after)
    }

    @Test func `a secret that is added is told without its value, also in detail`() async throws {
        var input = input([], [document(.team, "demo"), pullSecret("hunter-new")], on: [cluster("one")])
        input.isDetailed = true
        let plan = try await preview.plan(input)
        let secret = try #require(plan.groups.first?.changes.first { $0.layer.hasPrefix("confidential") })
        #expect(secret.body?["metadata"]?["name"]?.stringValue == secret.object.name)
        #expect(!String(describing: plan).contains("hunter"))
    }

    @Test func `equal inputs are compiled once, and not again by the next plan`() async throws {
        let before = [document(.team, "demo")]
        let after = [document(.team, "demo", ["resourceQuota": ["pods": "20"]])]
        func parts(of count: Int) async throws -> Int {
            let preview = FleetPreview()
            let fleet = (0..<count).map { cluster("cluster-\($0)") }
            let plan = try await preview.plan(input(before, after, on: fleet))
            #expect(plan.groups.map(\.clusters.count) == [count])
            let parts = preview.compiledParts
            _ = try await preview.plan(input(before, after, on: fleet))
            #expect(preview.compiledParts == parts)
            return parts
        }
        #expect(try await parts(of: 1) == parts(of: 200))
    }

    @Test func `a fault that the change makes is told, and keeps those clusters as they are`() async throws {
        let loadBalancer = document(.settings, "otomi", ["hasCloudLB": true])
        let team = document(.team, "demo")
        let plan = try await preview.plan(
            input([team], [team, loadBalancer], on: [cluster("one"), cluster("two", provider: "google")])
        )
        let blocked = try #require(plan.groups.first { $0.isBlocked })
        #expect(blocked.clusters == ["two"])
        #expect(blocked.changes.isEmpty)
        #expect(blocked.faults.contains { $0.severity == .error && $0.message.contains("'google'") })
        #expect(plan.changedClusterCount <= 1)
    }

    @Test func `a violation that is audited only is a warning beside the changes`() async throws {
        let policy = document(.policy, "banned-image-tags", ["tags": ["latest"]])
        let job = document(
            .job,
            "sync",
            team: "demo",
            [
                "script": "true", "image": ["repository": "busybox", "tag": "latest"],
                "resources": [
                    "limits": ["cpu": "100m", "memory": "64Mi"], "requests": ["cpu": "10m", "memory": "16Mi"],
                ],
            ]
        )
        let team = document(.team, "demo")
        let plan = try await preview.plan(input([team, policy], [team, policy, job], on: [cluster("one")]))
        let group = try #require(plan.groups.first)
        #expect(group.faults.map(\.severity) == [.warning])
        #expect(!group.isBlocked)
        #expect(group.changes.contains { $0.layer == "team/demo" })
    }

    @Test func `a team's people see their own objects, and others' differences make no groups`() async throws {
        let fleet = [cluster("one"), cluster("two", labels: ["tier": "prod"])]
        let other = document(.team, "other", ["placement": ["selector": ["tier": "prod"]]])
        var input = input([], [document(.team, "demo"), other], on: fleet)
        input.teams = ["demo"]
        let plan = try await preview.plan(input)
        #expect(plan.groups.map(\.clusters) == [["one", "two"]])
        #expect(plan.groups[0].changes.allSatisfy { $0.object.namespace == "team-demo" })
        #expect(plan.groups[0].changes.contains { $0.object.kind == "ResourceQuota" })
    }

    @Test func `clusters at different revisions are each compared with their own`() async throws {
        let quota = { (pods: String) in self.document(.team, "demo", ["resourceQuota": ["pods": .string(pods)]]) }
        let input = PreviewInput(
            clusters: [
                PreviewInput.Cluster(cluster("behind"), before: 1), PreviewInput.Cluster(cluster("there"), before: 2),
            ],
            before: [1: stored([quota("10")]), 2: stored([quota("20")])],
            after: stored([quota("20")]),
            revision: 2
        )
        let plan = try await preview.plan(input)
        #expect(plan.groups.map(\.clusters) == [["behind"]])
    }

    @Test func `a plan that takes too long ends, and says so`() async throws {
        var limits = FleetPreview.Limits()
        limits.duration = .zero
        let preview = FleetPreview(limits: limits)
        await #expect(throws: FleetPreview.Refusal.tooLong(.zero)) {
            try await preview.plan(input([], [document(.team, "demo")], on: [cluster("one")]))
        }
    }

    @Test func `a plan beyond its bound tells exact numbers and leaves objects out`() async throws {
        var limits = FleetPreview.Limits()
        limits.changes = 3
        let plan = try await FleetPreview(limits: limits).plan(
            input([], [document(.team, "demo")], on: [cluster("one")])
        )
        #expect(plan.isTruncated)
        #expect(plan.groups.flatMap(\.changes).count == 3)
        #expect(plan.counts.added > 3)
    }
}
