import AgentWorldSupport
import Bundles
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct ApplyPlanTests {
    private func desired(
        _ key: ObjectKey,
        wave: Int = 0,
        content: String = "x",
        apiVersion: String = "v1"
    ) -> DesiredObject {
        DesiredObject(
            key: key,
            apiVersion: apiVersion,
            layer: "platform",
            wave: wave,
            range: 0..<1,
            fingerprint: Fingerprint(of: Array(content.utf8))
        )
    }

    private func applied(_ content: String = "x", _ state: ObjectRecord.State = .applied) -> ObjectRecord {
        var record = ObjectRecord(apiVersion: "v1", state: state)
        record.applied = Fingerprint(of: Array(content.utf8))
        return record
    }

    @Test("what was applied with the same bytes is not sent again") func unchanged() {
        let key = ObjectKey.configMap("a")
        #expect(ApplyPlan(desired: [desired(key)], records: [key: applied()]).isEmpty)
        #expect(ApplyPlan(desired: [desired(key, content: "y")], records: [key: applied()]).count == 1)
        #expect(ApplyPlan(desired: [desired(key)], records: [:]).count == 1)
    }

    @Test(
        "what is not in place is sent again",
        arguments: [ObjectRecord.State.pending, .waiting("not served"), .failed("refused")]
    ) func retried(state: ObjectRecord.State) {
        let key = ObjectKey.configMap("a")
        #expect(ApplyPlan(desired: [desired(key)], records: [key: applied("x", state)]).count == 1)
    }

    @Test("an object that moved to another version of its group is sent again") func moved() {
        let key = ObjectKey.configMap("a")
        #expect(ApplyPlan(desired: [desired(key, apiVersion: "v2")], records: [key: applied()]).count == 1)
    }

    @Test("namespaces and definitions come first, then wave after wave") func order() {
        let definition = ObjectKey(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", name: "a.b")
        let plan = ApplyPlan(
            desired: [
                desired(.configMap("late"), wave: 20), desired(.configMap("early"), wave: 10),
                desired(.namespace("team-a"), wave: 20), desired(definition, wave: 20),
            ],
            records: [:]
        )
        #expect(plan.stages.map(\.name) == ["foundation", "wave 10", "wave 20"])
        #expect(plan.stages.map(\.definesKinds) == [true, false, false])
        #expect(Set(plan.stages[0].objects.map(\.key)) == [definition, .namespace("team-a")])
    }
}

@Suite struct LayerIndexTests {
    private func reference(_ file: LayerFile, objects: Int? = nil) -> LayerReference {
        LayerReference(
            name: "tenancy/a",
            wave: 10,
            mediaType: .plain,
            digest: file.digest,
            length: file.bytes.count,
            objectCount: objects ?? file.objectCount
        )
    }

    @Test("every line becomes an object that knows where its bytes are") func lines() throws {
        let file = try LayerFile([.namespace("team-a"), .configMap("a")])
        let index = try LayerIndex(reference(file), content: file.bytes)
        #expect(index.objects.map(\.key) == [.namespace("team-a"), .configMap("a")])
        let bytes = file.bytes[index.objects[1].range]
        #expect(try JSONValue(parsing: bytes) == .configMap("a"))
        #expect(index.objects[1].fingerprint == Fingerprint(of: bytes))
    }

    @Test("known lines are taken over, wherever they moved") func reuse() throws {
        let old = try LayerFile([.configMap("b"), .configMap("c")])
        let new = try LayerFile([.configMap("a"), .configMap("b", in: "team-a", "2"), .configMap("c")])
        let first = try LayerIndex(reference(old), content: old.bytes)
        let second = try LayerIndex(reference(new), content: new.bytes, reusing: first)
        #expect(second.objects.map(\.key.name) == ["a", "b", "c"])
        #expect(second.objects[2].fingerprint == first.objects[1].fingerprint)
        #expect(second.objects[1].fingerprint != first.objects[0].fingerprint)
    }

    @Test("workloads that an autoscaler of the bundle scales are known, also when its line was read before")
    func autoscaled() throws {
        func scaler(_ group: String, _ kind: String, _ target: JSONValue) -> JSONValue {
            [
                "apiVersion": .string("\(group)/v2"), "kind": .string(kind),
                "metadata": ["name": "s", "namespace": "team-a"], "spec": ["scaleTargetRef": target],
            ]
        }
        let file = try LayerFile([
            scaler(
                "autoscaling",
                "HorizontalPodAutoscaler",
                ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"]
            ), scaler("keda.sh", "ScaledObject", ["name": "web"]), scaler("acme.dev", "ScaledObject", ["name": "no"]),
        ])
        let first = try LayerIndex(reference(file), content: file.bytes)
        let again = try LayerIndex(reference(file), content: file.bytes, reusing: first)
        let state = DesiredState(generation: 1, revision: 1, layers: [again], removedLayers: [])
        #expect(
            state.autoscaled == [
                ObjectKey(group: "apps", kind: "StatefulSet", namespace: "team-a", name: "db"),
                ObjectKey(group: "apps", kind: "Deployment", namespace: "team-a", name: "web"),
            ]
        )
    }

    @Test("another number of objects than was signed is not applied") func count() throws {
        let file = try LayerFile([.configMap("a")])
        let error = #expect(throws: BundleError.self) {
            try LayerIndex(reference(file, objects: 2), content: file.bytes)
        }
        #expect(error?.code == .malformed)
    }

    @Test("a line that cannot be addressed is named", arguments: ["{\"kind\":\"X\"}", "[]", "{"])
    func malformed(line: String) throws {
        let file = try LayerFile([.configMap("a")])
        let error = #expect(throws: BundleError.self) {
            try LayerIndex(reference(file), content: Array("\(line)\n".utf8))
        }
        #expect(error?.message.contains("line 1 of the layer 'tenancy/a'") == true)
    }

    @Test("when two layers declare an object the earlier wave's counts") func duplicates() throws {
        let file = try LayerFile([.configMap("a")])
        func index(_ name: String, _ wave: Int) throws -> LayerIndex {
            let reference = LayerReference(name: name, wave: wave, file: file)
            return try LayerIndex(reference, content: file.bytes)
        }
        let state = DesiredState(
            generation: 1,
            revision: 1,
            layers: [try index("late", 20), try index("early", 10)],
            removedLayers: []
        )
        #expect(state.objects[.configMap("a")]?.layer == "early")
        #expect(state.duplicates.map(\.layer) == ["late"])
    }
}
