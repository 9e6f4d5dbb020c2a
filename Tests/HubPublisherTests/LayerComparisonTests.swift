import Bundles
import JSON
import Testing
import Values

@testable import HubPublisher

@Suite struct LayerComparisonTests {
    private func layer(
        _ name: String,
        _ objects: [JSONValue],
        isConfidential: Bool = false
    ) throws -> CompiledBundle.Layer {
        CompiledBundle.Layer(name: name, wave: 1, file: try LayerFile(objects), isConfidential: isConfidential)
    }

    private func object(
        _ kind: String,
        _ name: String,
        apiVersion: String = "v1",
        annotations: JSONValue? = nil,
        _ members: [String: JSONValue] = [:]
    ) -> JSONValue {
        var metadata: JSONValue = ["name": .string(name), "namespace": "team-demo"]
        if let annotations { metadata["annotations"] = annotations }
        var object: JSONValue = ["apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": metadata]
        for (key, value) in members { object[key] = value }
        return object
    }

    private func changes(_ before: [CompiledBundle.Layer], _ after: [CompiledBundle.Layer]) throws -> [ObjectChange] {
        try LayerComparison(isDetailed: false).changes(from: before, to: after)
    }

    private func dangers(_ before: JSONValue, _ after: JSONValue?) throws -> [PreviewDanger] {
        let changes = try changes([layer("team/demo", [before])], [layer("team/demo", [after].compactMap(\.self))])
        return DangerCheck.dangers(of: changes)
    }

    @Test func `an object that moves to another layer is neither removed nor added`() throws {
        let map = object("ConfigMap", "files", ["data": ["a": "1"]])
        let found = try changes(
            [layer("platform", [map]), layer("team/demo", [])],
            [layer("platform", []), layer("team/demo", [map])]
        )
        #expect(found.isEmpty)
    }

    @Test func `another version of the same kind is a change`() throws {
        let found = try changes(
            [layer("team/demo", [object("Job", "sync", apiVersion: "batch/v1beta1")])],
            [layer("team/demo", [object("Job", "sync", apiVersion: "batch/v1")])]
        )
        #expect(found.map(\.action) == [.changed])
        #expect(found[0].fields.map(\.pointer.description) == ["/apiVersion"])
    }

    @Test(arguments: ["Namespace", "PersistentVolumeClaim", "Secret"])
    func `what holds data is dangerous to remove`(kind: String) throws {
        #expect(try dangers(object(kind, "x"), nil).count == 1)
    }

    @Test func `a stateful set and a definition are dangerous to remove, a deployment is not`() throws {
        #expect(try dangers(object("StatefulSet", "x", apiVersion: "apps/v1"), nil).map(\.kind) == [.data])
        let definition = object("CustomResourceDefinition", "x", apiVersion: "apiextensions.k8s.io/v1")
        #expect(try dangers(definition, nil).map(\.kind) == [.definition])
        #expect(try dangers(object("Deployment", "x", apiVersion: "apps/v1"), nil).isEmpty)
    }

    @Test func `what the agent leaves on the cluster is not dangerous to remove`() throws {
        let kept = object("PersistentVolumeClaim", "x", annotations: ["otomi.io/prune": "disabled"])
        #expect(try dangers(kept, nil).isEmpty)
    }

    @Test func `a field that cannot be changed is dangerous, and makes the object anew where it says so`() throws {
        func set(_ size: String, _ annotations: JSONValue? = nil) -> JSONValue {
            object(
                "StatefulSet",
                "x",
                apiVersion: "apps/v1",
                annotations: annotations,
                ["spec": ["replicas": 1, "volumeClaimTemplates": [["spec": ["size": .string(size)]]]]]
            )
        }
        #expect(try dangers(set("1Gi"), set("2Gi")).map(\.kind) == [.immutable])
        let replaced = try changes(
            [layer("team/demo", [set("1Gi", ["otomi.io/replace": "enabled"])])],
            [layer("team/demo", [set("2Gi", ["otomi.io/replace": "enabled"])])]
        )
        #expect(replaced.map(\.action) == [.replaced])
    }

    @Test func `the size of a stateful set may change`() throws {
        func set(_ replicas: Int64) -> JSONValue {
            object("StatefulSet", "x", apiVersion: "apps/v1", ["spec": ["replicas": .integer(replicas)]])
        }
        #expect(try dangers(set(1), set(3)).isEmpty)
    }

    @Test(
        "an agent's brake and a plan agree about how much is too much",
        arguments: [(4, 4, false), (5, 24, true), (5, 25, false), (50, 1_000, false), (51, 1_000, true)]
    )
    func brake(removed: Int, total: Int, holds: Bool) {
        #expect(DangerCheck.Brake.holds(removed, of: total) == holds)
    }

    @Test func `nothing of a confidential object is shown but its names`() throws {
        func basic(_ password: String) -> JSONValue {
            object(
                "Secret",
                "login",
                annotations: ["note": .string(password)],
                ["type": "Opaque", "stringData": ["password": .string(password), "lines": [.string(password)]]]
            )
        }
        let found = try changes(
            [layer("confidential/teams", [basic("s3cret-one")], isConfidential: true)],
            [layer("confidential/teams", [basic("s3cret-two")], isConfidential: true)]
        )
        #expect(
            found[0].fields.map(\.pointer.description) == [
                "/metadata/annotations/note", "/stringData/lines/0", "/stringData/password",
            ]
        )
        #expect(!String(describing: found).contains("s3cret"))
    }

    @Test func `a long text is cut to where it changes`() throws {
        let lines = (0..<2_000).map { "line \($0)" }
        func map(_ last: String) -> JSONValue {
            object("ConfigMap", "files", ["data": ["f": .string((lines + [last]).joined(separator: "\n"))]])
        }
        let found = try changes([layer("platform", [map("old")])], [layer("platform", [map("new")])])
        #expect(found[0].fields[0].before == "… 2000 lines\nold")
        #expect(found[0].fields[0].after == "… 2000 lines\nnew")
    }
}
