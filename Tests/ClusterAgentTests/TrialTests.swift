import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// A change that is tried on an API server without being made.
@Suite struct TrialTests {
    private let team = TestCluster.uniqueName("team")

    private func layer(_ objects: [JSONValue]) -> [ScriptedHub.Layer] {
        [ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace(team)] + objects)]
    }

    private func entry(_ object: JSONValue, confidential: Bool = false) -> TrialEntry {
        TrialEntry(layer: "tenancy/a", object: object, isConfidential: confidential)
    }

    private func secret(_ value: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "login", "namespace": .string(team)],
            "stringData": ["password": .string(value)],
        ]
    }

    @Test(
        "what would be made, changed and left alone is told, and nothing is written",
        arguments: AgentWorld.Server.available
    )
    func outcomes(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            try await world.hub.publish(layer([.configMap("a", in: team), .configMap("b", in: team)]))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let before = try await world.find(.configMap("a", in: team))
                try await world.hub.ask(
                    toTry: [
                        entry(.configMap("a", in: team, "2")), entry(.configMap("b", in: team)),
                        entry(.configMap("new", in: team)), entry(.configMap("c", in: "\(team)-nowhere")),
                        entry(["apiVersion": "stranger.io/v1", "kind": "Thing", "metadata": ["name": "t"]]),
                    ],
                    id: "one"
                )
                let report = try await world.hub.trial("one")
                #expect(report.failure == nil)
                #expect(report.results.map(\.outcome) == [.changed, .unchanged, .created, .waiting, .waiting])
                #expect(
                    report.results[0].fields
                        == [JSONDifference(pointer: JSONPointer(["data", "value"]), before: "1", after: "2")]
                )
                let after = try await world.find(.configMap("a", in: team))
                #expect(after?.resourceVersion == before?.resourceVersion)
                #expect(try await world.find(.configMap("new", in: team)) == nil)
            }
        }
    }

    @Test(
        "who else owns a field is named, whether the real apply would take it or not",
        arguments: AgentWorld.Server.available
    )
    func conflicts(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            try await world.hub.publish(layer([]))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.create(KubernetesObject(.configMap("theirs", in: team, "mine")))
                let object = JSONValue.configMap("theirs", in: team, "ours")
                var forced = object
                forced["metadata"]?["annotations"] = ["otomi.io/conflicts": "force"]
                try await world.hub.ask(toTry: [entry(object), entry(forced)], id: "one")
                let results = try await world.hub.trial("one").results
                #expect(results.map(\.outcome) == [.conflict, .changed])
                for result in results {
                    #expect(result.managers == [TrialResult.Manager(name: "somebody", field: ".data.value")])
                }
                #expect(try await world.find(.configMap("theirs", in: team))?.json["data"]?["value"] == "mine")
            }
        }
    }

    @Test("no value of a secret leaves the cluster", arguments: AgentWorld.Server.available)
    func secrets(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            try await world.hub.publish(layer([secret("hunter-one"), .configMap("a", in: team, "hunter-three")]))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.ask(
                    toTry: [
                        entry(secret("hunter-two")),
                        entry(.configMap("a", in: team, "hunter-four"), confidential: true),
                    ],
                    id: "one"
                )
                let report = try await world.hub.trial("one")
                #expect(report.results.map(\.outcome) == [.changed, .changed])
                #expect(report.results.allSatisfy { !$0.fields.isEmpty })
                #expect(!String(decoding: report.json.serialized(), as: UTF8.self).contains("hunter"))
            }
        }
    }

    @Test("a field that cannot be changed is told", .enabled(if: TestCluster.hasReal)) func immutable() async throws {
        @Sendable func map(_ value: String) -> JSONValue {
            var map = JSONValue.configMap("fixed", in: team, value)
            map["immutable"] = true
            return map
        }
        try await AgentWorld.with(.real) { world in
            try await world.hub.publish(layer([map("1")]))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.ask(toTry: [entry(map("2"))], id: "one")
                let results = try await world.hub.trial("one").results
                #expect(results.map(\.outcome) == [.failed])
                #expect(results.first?.message.contains("cannot be changed") == true)
            }
        }
    }

    @Test("bytes that were not signed, and a trial that is too old, are not tried") func refused() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish(layer([]))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.ask(toTry: [entry(.configMap("a", in: team))], id: "old", expires: 1)
                _ = try await world.hub.inSync(2)
                try await world.hub.ask(toTry: [entry(.configMap("a", in: team))], id: "forged", tampering: true)
                let report = try await world.hub.trial("forged")
                #expect(report.failure != nil)
                #expect(report.results.isEmpty)
                #expect(await world.hub.trials.map(\.id) == ["forged"])
            }
        }
    }
}
