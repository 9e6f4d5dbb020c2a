import FleetTestSupport
import Foundation
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

/// Every step can be killed at any moment and resumed.
@Suite struct KillTests {
    private static let commits = 100

    @Test("a hundred commits survive SIGKILL of hub, agents and database; every cluster ends at the last revision")
    func hundredCommits() async throws {
        var random = SeededGenerator(seed: 20_211_103)
        let clusters = [try await TestCluster.simulated(), try await TestCluster.simulated()]
        try await World.with { world in
            for (index, cluster) in clusters.enumerated() {
                try await world.enrol("c\(index)", provider: index == 0 ? "aws" : "azure", at: cluster)
            }
            var accepted: Set<Int64> = []
            for number in 1...Self.commits {
                guard number % 4 == 0 else {
                    accepted.insert(try await commit(number, world))
                    continue
                }
                let victim = Victim.allCases.randomElement(using: &random) ?? .hub
                let moment = Duration.milliseconds(Int.random(in: 0..<80, using: &random))
                async let revision = commit(number, world)
                try await kill(victim, after: moment, world, clusters)
                accepted.insert(try await revision)
            }
            if await !world.isHubRunning { try await world.startHub() }
            try await world.waitConfirming(for: "c0", "c1", timeout: "180s")
            #expect(accepted.count == Self.commits, "every commit is a revision of its own")
            try await expectNoRevisionLost(world, accepted)
            for (index, cluster) in clusters.enumerated() {
                try await expectExactly(world, "c\(index)", cluster)
            }
        }
    }

    /// Writes document `number`, trying again while the hub is away, and returns its revision.
    private func commit(_ number: Int, _ world: World) async throws -> Int64 {
        let documents = """
            kind: Team
            name: t\(number % 3)
            spec: {resourceQuota: {pods: "\(number)"}}
            ---
            kind: Secret
            team: t\(number % 3)
            name: s\(number % 10)
            spec: {type: generic, entries: [K\(number)]}
            """
        let file = world.folder.appending(path: "commit-\(number).yaml")
        try documents.write(to: file, atomically: true, encoding: .utf8)
        var last = ""
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let output = try await world.otomi("apply", "-f", file.path, "-m", "Commit \(number)", "-o", "json")
            if output.status == 0 { return try JSONValue(parsing: output.standardOutput).required("revision") }
            last = output.standardError
            if await !world.isHubRunning { try await world.startHub() }
        }
        throw Program.NotReady(name: "commit \(number)", log: last)
    }

    private enum Victim: CaseIterable {
        case hub, database, firstAgent, secondAgent
    }

    /// Kills while a commit is under way; a killed hub is started again by who commits, a killed database by the hub.
    private func kill(_ victim: Victim, after moment: Duration, _ world: World, _ clusters: [TestCluster]) async throws
    {
        // Not to wait for something: the fault must come at any moment of the commit.
        try await Task.sleep(for: moment)
        switch victim {
        case .hub: await world.stopHub(SIGKILL)
        case .database: await world.killDatabase()
        case .firstAgent, .secondAgent:
            let index = victim == .firstAgent ? 0 : 1
            await world.stopAgent("c\(index)", SIGKILL)
            try await world.startAgent("c\(index)", at: clusters[index])
        }
    }

    private func expectNoRevisionLost(_ world: World, _ accepted: Set<Int64>) async throws {
        let history = try await world.otomiJSON("history", "--limit", "1000")
        let numbers = (history.arrayValue ?? []).compactMap { $0["number"]?.integerValue }
        #expect(accepted.isSubset(of: Set(numbers)))
    }

    /// The cluster has exactly the objects of its bundle: none missing, none other, none left over.
    private func expectExactly(_ world: World, _ name: String, _ cluster: TestCluster) async throws {
        let client = try cluster.makeClient()
        let rendered = try await world.otomiJSON("render", "--cluster", name)
        let objects = try #require(rendered["items"]?.arrayValue).map { try KubernetesObject(json: $0) }
        #expect(!objects.isEmpty)
        for type in Set(objects.map(\.type)) where try await client.discovery.resource(for: type) != nil {
            let wanted = Set(objects.filter { $0.type == type }.map { "\($0.key)" })
            let live = try await client.list(
                type,
                ListOptions(labelSelector: LabelSelector(labels: ["app.kubernetes.io/managed-by": "otomi"]))
            )
            // The agent's own namespace is not of the bundle.
            let found = Set(live.objects.map { "\($0.key)" }).filter { !$0.contains("/otomi-system") }
            #expect(found == wanted, "\(type) on \(name)")
        }
        for object in objects where object.type.kind == "ResourceQuota" {
            let live = try await client.get(object.type, namespace: object.namespace, name: object.name)
            #expect(live.json["spec"] == object.json["spec"])
        }
    }
}
