import JSON
import Kubernetes
import Testing

@Suite struct FieldPathTests {
    private static let object: JSONValue = [
        "metadata": [
            "labels": ["app.kubernetes.io/name": "web", "app": ["kubernetes": "odd"]],
            "finalizers": ["a/b", "c"],
        ],
        "spec": [
            "replicas": 3,
            "containers": [
                ["name": "app", "image": "a:1", "ports": [["containerPort": 80, "protocol": "TCP", "name": "http"]]],
                ["name": "x]y,\"z", "image": "b:1"],
            ],
            "args": ["one", "two"],
        ],
    ]

    @Test(
        "a field is removed as the API server names it",
        arguments: [
            (".spec.replicas", ["spec", "replicas"]),
            (".metadata.labels.app.kubernetes.io/name", ["metadata", "labels", "app.kubernetes.io/name"]),
            (".metadata.labels.app.kubernetes", ["metadata", "labels", "app", "kubernetes"]),
        ] as [(String, [String])]
    ) func members(path: String, pointer: [String]) {
        #expect(Self.object[JSONPointer(pointer)] != nil)
        let result = FieldPath.removing([path], from: Self.object)
        #expect(result[JSONPointer(pointer)] == nil)
        #expect(result != Self.object)
    }

    @Test("elements are found by their keys, values and places") func elements() {
        func containers(_ path: String) -> JSONValue? {
            FieldPath.removing([path], from: Self.object)["spec"]?["containers"]
        }
        #expect(containers(#".spec.containers[name="app"].image"#)?[0]?["image"] == nil)
        #expect(containers(#".spec.containers[name="app"].image"#)?[0]?["name"] == "app")
        #expect(containers(#".spec.containers[name="app"].image"#)?[1]?["image"] == "b:1")
        #expect(containers(#".spec.containers[name="x]y,\"z"].image"#)?[1]?["image"] == nil)
        #expect(containers(#".spec.containers[name="app"]"#)?.arrayValue?.count == 1)
        let port = #".spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].name"#
        #expect(containers(port)?[0]?["ports"]?[0] == ["containerPort": 80, "protocol": "TCP"])
        let rest = FieldPath.removing([#".metadata.finalizers[="a/b"]"#, ".spec.args[0]"], from: Self.object)
        #expect(rest["metadata"]?["finalizers"] == ["c"])
        #expect(rest["spec"]?["args"] == ["two"])
    }

    @Test(
        "what is not there, or is no path, changes nothing",
        arguments: [
            "", ".", "spec", ".spec.none", ".spec.replicas.deeper", ".spec.args[7]", #".spec.containers[name="no"]"#,
            ".spec.args[", ".spec.containers[name=]", ".specs",
        ]
    ) func absent(path: String) {
        #expect(FieldPath.removing([path], from: Self.object) == Self.object)
    }

    @Test("the part of an object at some paths has the keys of its elements") func extraction() {
        let texts = [
            ".spec.replicas", #".spec.containers[name="app"].image"#,
            #".spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].name"#,
        ]
        let paths = texts.compactMap { FieldPath($0, in: Self.object) }
        #expect(
            FieldPath.extracting(paths, from: Self.object) == [
                "spec": [
                    "replicas": 3,
                    "containers": [
                        [
                            "name": "app", "image": "a:1",
                            "ports": [["containerPort": 80, "protocol": "TCP", "name": "http"]],
                        ]
                    ],
                ]
            ]
        )
    }
}

@Suite struct FieldOwnershipTests {
    private func entry(_ manager: String, _ operation: String, _ fields: JSONValue, _ sub: String? = nil) -> JSONValue {
        .members([
            "manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1",
            "fieldsV1": fields, "subresource": sub,
        ])
    }

    private func ownership(_ entries: JSONValue...) -> FieldOwnership {
        FieldOwnership(KubernetesObject(["metadata": ["managedFields": .array(entries)]]))
    }

    @Test("whose a field is, and whether it is anybody else's too") func owners() throws {
        let object: JSONValue = ["spec": ["replicas": 1, "containers": [["name": "app", "image": "i"]]]]
        let replicas = try #require(FieldPath(".spec.replicas", in: object))
        let image = try #require(FieldPath(#".spec.containers[name="app"].image"#, in: object))
        let mine = entry(
            "us",
            "Apply",
            ["f:spec": ["f:replicas": [:], "f:containers": [#"k:{"name":"app"}"#: [".": [:], "f:image": [:]]]]]
        )
        let theirs = entry("them", "Update", ["f:spec": ["f:replicas": [:]]])
        #expect(ownership(mine).isOnly("us", at: replicas))
        #expect(ownership(mine, theirs).isOnly("us", at: image))
        #expect(!ownership(mine, theirs).isOnly("us", at: replicas))
        #expect(!ownership(theirs).isOnly("us", at: image))
        #expect(ownership(mine, entry("us", "Apply", [:], "status")).hasApplied("us"))
        #expect(!ownership(entry("us", "Update", [:])).hasApplied("us"))
    }

    @Test("the fields of tools of before become one share of ours") func move() {
        var moved = ownership(
            entry("us", "Apply", ["f:data": ["f:a": [:]]]),
            entry("old", "Update", ["f:data": [".": [:], "f:a": ["f:deep": [:]], "f:b": [:]]]),
            entry("old", "Update", ["f:status": [:]], "status"),
            entry("other", "Update", ["f:data": ["f:c": [:]]])
        )
        moved.move(from: ["old"], to: "us")
        #expect(moved.entries.map(\.manager) == ["old", "other", "us"])
        #expect(moved.entries[2].isApply)
        #expect(
            moved.entries[2].fields == ["f:data": [".": [:], "f:a": [".": [:], "f:deep": [:]], "f:b": [:]]]
        )
        let before = moved
        moved.move(from: ["nobody"], to: "us")
        #expect(Set(moved.entries) == Set(before.entries))
    }
}

@Suite struct LabelSpliceTests {
    @Test(
        "a spliced label is the label that reading and writing would add",
        arguments: [
            #"{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}"#,
            #"{"metadata":{"name":"a","labels":{}}}"#,
            #"{"metadata":{"labels":{"app":"x","z":"1"},"name":"a"},"data":{"metadata":"labels"}}"#,
            #"{"data":{"labels":"}\"{","n":[1,{"metadata":{}}],"t":true},"metadata":{"a":{"labels":{}},"name":"a"}}"#,
            " { \"spec\" : -1.5e3 , \"metadata\" : { \"annotations\" : { \"labels\" : \"\\\\\" } , \"name\" : \"a\" } } ",
        ]
    ) func plain(text: String) throws {
        let spliced = try #require(LabelSplice.adding("part.of/set", "s-1", to: Array(text.utf8)[...]))
        var object = KubernetesObject(try JSONValue(parsing: text))
        object.labels["part.of/set"] = "s-1"
        #expect(try JSONValue(parsing: spliced) == object.json)
    }

    @Test(
        "what is not plain is left to a reader",
        arguments: [
            #"{"metadata":{"labels":{"part.of/set":"other"},"name":"a"}}"#, #"{"metadata":{"labels":null,"name":"a"}}"#,
            #"{"metadata":{}}"#, #"{"kind":"X"}"#, #"{"m\u0065tadata":{"name":"a"}}"#, #"{"metadata":[]}"#, "[]", "",
            "{",
            #"{"metadata":{"l\u0061bels":{},"name":"a"}}"#,
        ]
    ) func unusual(text: String) {
        #expect(LabelSplice.adding("part.of/set", "s-1", to: Array(text.utf8)) == nil)
    }
}
