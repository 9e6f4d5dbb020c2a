import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import ClusterSimulator
import Concurrency
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

@Suite struct FightTests {
    private let key = ObjectKey.configMap("a")
    private let start = UnixTime(seconds: 1_000_000)

    /// A ledger in which `count` corrections of one field were made, a second apart.
    private func ledger(_ count: Int) -> (FightLedger, [FightLedger.Fight]) {
        var ledger = FightLedger()
        let fights = (0..<count).compactMap { second in
            ledger.note(key, ".data.value", by: "rival", at: start + .seconds(second))
        }
        return (ledger, fights)
    }

    // MARK: - The ledger

    @Test("five corrections a minute are none, the sixth begins a fight, once") func limit() {
        #expect(ledger(5).1.isEmpty)
        let (ledger, fights) = ledger(9)
        #expect(fights.map(\.manager) == ["rival"])
        #expect(fights.map(\.count) == [6])
        #expect(ledger.fieldsLeftAlone(of: key) == [".data.value"])
        #expect(ledger.fieldsLeftAlone(of: .configMap("b")).isEmpty)
        #expect(!ledger.isLeftAlone(key))
        #expect(ledger.all.map(\.fight.count) == [9])
    }

    @Test("the minute slides: corrections that are far enough apart are no fight") func sliding() {
        var ledger = FightLedger()
        for number in 0..<100 {
            #expect(ledger.note(key, ".data.value", by: "rival", at: start + .seconds(12 * number)) == nil)
        }
    }

    @Test("fields and managers are counted apart") func apart() {
        var ledger = FightLedger()
        for second in 0..<5 {
            let now = start + .seconds(second)
            #expect(ledger.note(key, ".data.x", by: "rival", at: now) == nil)
            #expect(ledger.note(key, ".data.y", by: "rival", at: now) == nil)
            #expect(ledger.note(key, ".data.x", by: "other", at: now) == nil)
        }
    }

    @Test("after ten minutes there is one more try, which the next correction ends at once") func trial() {
        var (ledger, _) = ledger(6)
        let begun = start + .seconds(5)
        #expect(ledger.timeToNext(from: begun) == FightLedger.patience)
        #expect(ledger.advance(to: begun + .seconds(599)).isEmpty)
        #expect(ledger.advance(to: begun + .seconds(600)) == [key])
        #expect(ledger.fieldsLeftAlone(of: key).isEmpty)
        #expect(ledger.note(key, ".data.value", by: "rival", at: begun + .seconds(601)) == nil)
        #expect(ledger.fieldsLeftAlone(of: key) == [".data.value"])
        #expect(ledger.advance(to: begun + .seconds(1_201)) == [key])
        #expect(ledger.advance(to: begun + .seconds(1_261)).isEmpty)
        #expect(ledger.all.isEmpty)
        #expect(ledger.timeToNext(from: begun) == nil)
    }

    @Test("a correction that was made already is counted, and begins no fight by itself") func counted() {
        var ledger = FightLedger()
        for second in 0..<20 { ledger.count(key, ".data.value", by: "rival", at: start + .seconds(second)) }
        #expect(ledger.all.isEmpty)
        #expect(ledger.note(key, ".data.value", by: "rival", at: start + .seconds(20))?.count == 6)
    }

    @Test("what is remembered is bounded, and forgotten with the object") func bounded() {
        var ledger = FightLedger()
        for number in 0..<10_000 {
            for field in 0..<6 {
                _ = ledger.note(.configMap("c\(number)"), ".data.f\(field % 2)", by: "rival", at: start)
            }
        }
        for number in 0..<2_000 {
            for _ in 0..<6 { _ = ledger.note(.configMap("d\(number)"), ".data.f", by: "rival", at: start) }
        }
        #expect(ledger.all.count <= FightLedger.capacity)
        let known = ledger.all[0].key
        ledger.forget(known)
        #expect(ledger.fieldsLeftAlone(of: known).isEmpty)
    }

    // MARK: - Whose the fields are

    private func entry(
        _ manager: String,
        _ fields: JSONValue,
        _ operation: String = "Update",
        at time: Int = 1
    ) -> JSONValue {
        [
            "manager": .string(manager), "operation": .string(operation), "fieldsV1": fields,
            "time": .string("2026-01-01T00:00:0\(time)Z"),
        ]
    }

    private func lost(_ body: JSONValue, _ entries: JSONValue...) -> [String] {
        LostFields.find(in: body, .array(entries), of: "otomi-agent").map { "\($0.manager) \($0.field)" }
    }

    @Test("declared fields that others own are found, as the API server names them") func lostFields() {
        let body: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d", "labels": ["a.b/c": "1"]],
            "spec": [
                "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
                "template": ["spec": ["containers": [["name": "web", "image": "i", "args": ["x"]]]]],
            ],
        ]
        let container = "k:{\"name\":\"web\"}"
        func inside(_ fields: JSONValue) -> JSONValue {
            ["f:template": ["f:spec": ["f:containers": [container: fields]]]]
        }
        var ours: JSONValue = [
            "f:metadata": ["f:labels": ["f:a.b/c": [:]]], "f:spec": ["f:replicas": [:], "f:selector": [:]],
        ]
        ours["f:spec"]?["f:template"] =
            inside([".": [:], "f:name": [:], "f:image": [:], "f:args": [:]])["f:template"]
        #expect(lost(body, entry("otomi-agent", ours, "Apply"), entry("kubelet", ["f:status": [:]])).isEmpty)
        var without = ours
        without["f:spec"]?["f:replicas"] = nil
        without["f:metadata"] = nil
        without["f:spec"]?["f:template"] = inside([".": [:], "f:name": [:]])["f:template"]
        let scaler: JSONValue = ["f:spec": ["f:replicas": [:]]]
        let editor: JSONValue = [
            "f:metadata": ["f:labels": ["f:a.b/c": [:]]], "f:spec": inside(["f:image": [:], "f:args": [:]]),
        ]
        #expect(
            lost(body, entry("otomi-agent", without, "Apply"), entry("hpa", scaler), entry("edit", editor, at: 2)) == [
                "edit .metadata.labels.a.b/c", "hpa .spec.replicas",
                "edit .spec.template.spec.containers[name=\"web\"].args",
                "edit .spec.template.spec.containers[name=\"web\"].image",
            ]
        )
    }

    @Test("a field that was removed is charged to whoever wrote last") func removedField() {
        let body: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "data": ["a": "1", "b": "2"]]
        let ours = entry("otomi-agent", ["f:data": ["f:a": [:]]], "Apply", at: 3)
        #expect(
            lost(body, ours, entry("old", ["f:x": [:]]), entry("edit", ["f:y": [:]], at: 2)) == ["edit .data.b"]
        )
        #expect(lost(body, ours).isEmpty)
    }

    @Test(
        "fields are taken out of a body by the names that the API server gives them",
        arguments: [
            ([".data.a.b/c"], #"{"data":{"x":"1"},"list":[{"image":"i","name":"web"},{"name":"b"}],"set":["s","t"]}"#),
            (
                [".data.x", ".data.a.b/c"],
                #"{"list":[{"image":"i","name":"web"},{"name":"b"}],"set":["s","t"]}"#
            ),
            (
                [#".list[name="web"].image"#, #".set[="t"]"#],
                #"{"data":{"a.b/c":"2","x":"1"},"list":[{"name":"web"},{"name":"b"}],"set":["s"]}"#
            ),
            (
                [#".list[name="web"]"#, ".nothing", ".list["],
                #"{"data":{"a.b/c":"2","x":"1"},"list":[{"name":"b"}],"set":["s","t"]}"#
            ),
        ] as [(Set<String>, String)]
    ) func removal(fields: Set<String>, expected: String) {
        let body: JSONValue = [
            "data": ["x": "1", "a.b/c": "2"], "list": [["name": "web", "image": "i"], ["name": "b"]],
            "set": ["s", "t"],
        ]
        #expect(FieldPath.removing(fields, from: body).compactText == expected)
    }

    // MARK: - On a cluster

    @Test(
        "an external controller that fights over a field is left alone with it and named; other fields are kept up",
        arguments: AgentWorld.Server.available
    ) func field(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let team = TestCluster.uniqueName("team")
            let key = ObjectKey.configMap("a", in: team)
            @Sendable func layer(_ value: String) -> [ScriptedHub.Layer] {
                var object = JSONValue.configMap("a", in: team, value)
                object["data"]?["other"] = "1"
                return [ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace(team), object])]
            }
            try await world.hub.publish(layer("1"))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                for round in 0...FightLedger.limit {
                    try await world.wait(for: key, value: "1")
                    try await world.edit(key, "mine \(round)", as: "rival")
                }
                let report = try await world.hub.report { $0.counts["fights"] == 1 }
                let alert = try #require(report.drift.first)
                #expect(alert.reason == "Fight")
                #expect(alert.message.hasPrefix("rival and otomi-agent both set .data.value, 6 times"))
                #expect(try await world.find(key)?.json["data"]?["value"] == "mine 5")

                // Another field is still ours to keep up, and the fought one stays as it is.
                try await world.edit(key, "mine", field: "other")
                try await world.wait(for: key) { $0?.json["data"]?["other"] == "1" }
                #expect(try await world.find(key)?.json["data"]?["value"] == "mine 5")

                // After ten minutes it is tried once more: the rival is gone.
                world.clock.advance(by: FightLedger.patience + .seconds(1))
                try await world.wait(for: key, value: "1")
                world.clock.advance(by: FightLedger.window + .seconds(1))
                let before = await world.hub.reports.count
                _ = try await world.hub.report(after: before - 1) { $0.counts["fights"] == 0 }
            }
        }
    }

    @Test("a fight whose time is over does not hurry passes that the API server brings to nothing")
    func overInTrouble() async throws {
        try await AgentWorld.with { world in
            let key = ObjectKey.configMap("a")
            let (refused, recovered) = (Signal(), Signal())
            let layer = ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a")])
            try await world.hub.publish([layer])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                for round in 0...FightLedger.limit {
                    try await world.wait(for: key, value: "1")
                    try await world.edit(key, "mine \(round)", as: "rival")
                }
                _ = try await world.hub.report { $0.counts["fights"] == 1 }
                world.cluster.faults.add(
                    FaultPlan.Rule(.refuse(status: 403)) {
                        guard recovered.version == 0, $0.method == "PATCH",
                            $0.path.hasSuffix("/\(AgentSet.chunkName(0))")
                        else { return false }
                        refused.notify()
                        return true
                    }
                )
                // A new object is written to the inventory before anything else is done.
                let more = ScriptedHub.Layer(name: "team/b", objects: [.configMap("b")])
                try await world.hub.publish([layer, more])
                _ = try await world.hub.report { $0.state == .outOfSync }
                world.clock.advance(by: FightLedger.patience + .seconds(1))
                let before = refused.version
                try await world.wait { _ in refused.version >= before + 5 }
                #expect(world.pauses.shortest ?? .zero > .zero)
                recovered.notify()
                try await world.wait(for: key, value: "1")
            }
        }
    }

    @Test("a change of the object in the bundle ends the fight, and so does another mode") func ended() async throws {
        try await AgentWorld.with { world in
            let key = ObjectKey.configMap("a")
            @Sendable func layer(_ value: String) -> [ScriptedHub.Layer] {
                [
                    ScriptedHub.Layer(
                        name: "tenancy/a",
                        objects: [.namespace("team-a"), .configMap("a", in: "team-a", value)]
                    )
                ]
            }
            @Sendable func fight(_ value: String) async throws {
                let before = await world.hub.reports.count
                for round in 0...FightLedger.limit {
                    try await world.wait(for: key, value: .string(value))
                    try await world.edit(key, "mine \(round)", as: "rival")
                }
                _ = try await world.hub.report(after: before) { $0.counts["fights"] == 1 }
            }
            try await world.hub.publish(layer("1"))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await fight("1")
                try await world.hub.publish(layer("2"))
                try await fight("2")
                try await world.annotate(Annotation.drift, "report")
                _ = try await world.hub.report { $0.counts["fights"] == 0 && $0.counts["drifted"] == 1 }
                #expect(try await world.find(key)?.json["data"]?["value"] == "mine 5")
                try await world.annotate(Annotation.drift, "enforce")
                try await world.wait(for: key, value: "2")
            }
        }
    }

    @Test(
        "an object that another party keeps deleting is left deleted and named, until the bundle changes it",
        arguments: AgentWorld.Server.available
    ) func deletions(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let team = TestCluster.uniqueName("team")
            let key = ObjectKey.configMap("a", in: team)
            @Sendable func layer(_ value: String) -> [ScriptedHub.Layer] {
                [ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace(team), .configMap("a", in: team, value)])]
            }
            try await world.hub.publish(layer("1"))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                for _ in 0...FightLedger.limit {
                    try await world.wait(for: key) { $0 != nil }
                    try await world.delete(key)
                }
                let report = try await world.hub.report { $0.counts["fights"] == 1 }
                #expect(report.drift.first?.reason == "Fight")
                #expect(report.drift.first?.message.contains("another party deletes it") == true)
                #expect(try await world.find(key) == nil)
                try await world.hub.publish(layer("2"))
                try await world.wait(for: key, value: "2")
            }
        }
    }
}
