import JSON
import KubernetesTestSupport
import Testing

/// Server-side apply, against both servers.
@Suite struct ApplyConformanceTests {
    private func names(_ list: JSONValue?) -> [String] {
        (list?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    @Test("an applied object is created and owned", arguments: TestServer.all)
    func ownership(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps/a"
        let created = try await cluster.apply(
            path,
            Sample.configMap("a", ["k": "1"], labels: ["l": "v"]),
            manager: "one"
        )
        #expect(created.status == 201)
        let entry = try #require(created.owner("one", "Apply"))
        #expect(entry["apiVersion"] == "v1")
        #expect(entry["fieldsType"] == "FieldsV1")
        #expect(entry["fieldsV1"] == ["f:data": ["f:k": [:]], "f:metadata": ["f:labels": ["f:l": [:]]]])
        let again = try await cluster.apply(path, Sample.configMap("a", ["k": "1"], labels: ["l": "v"]), manager: "one")
        #expect(again.status == 200)
        #expect(again.json == created.json)
        let nobody = try await cluster.send(
            "PATCH",
            path,
            Sample.configMap("a", [:]),
            contentType: "application/apply-patch+yaml"
        )
        #expect(nobody.status == 422)
        #expect(nobody.message.contains("is required for apply patch"))
    }

    @Test("a field of another manager is a conflict that names both", arguments: TestServer.all)
    func conflict(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps/a"
        _ = try await cluster.apply(path, Sample.configMap("a", ["k": "1", "j": "1"]), manager: "one")
        let shared = try await cluster.apply(path, Sample.configMap("a", ["k": "1"]), manager: "two")
        #expect(shared.status == 200, "the same value can have two owners")
        let refused = try await cluster.apply(path, Sample.configMap("a", ["k": "2", "j": "1"]), manager: "three")
        #expect(refused.status == 409)
        #expect(refused.reason == "Conflict")
        #expect(
            Set(refused.json["details"]?["causes"]?.arrayValue ?? []) == [
                ["reason": "FieldManagerConflict", "message": "conflict with \"one\"", "field": ".data.k"],
                ["reason": "FieldManagerConflict", "message": "conflict with \"two\"", "field": ".data.k"],
            ]
        )
        #expect(
            refused.message
                == "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.k\nconflicts with \"two\":\n- .data.k"
        )
        let forced = try await cluster.apply(path, Sample.configMap("a", ["k": "2"]), manager: "three", force: true)
        #expect(forced.status == 200)
        #expect(forced.json["data"] == ["k": "2", "j": "1"])
        #expect(forced.owner("one", "Apply")?["fieldsV1"] == ["f:data": ["f:j": [:]]])
        #expect(forced.owner("two", "Apply") == nil)
        #expect(forced.owner("three", "Apply")?["fieldsV1"] == ["f:data": ["f:k": [:]]])
    }

    @Test("a field that somebody updated is a conflict too", arguments: TestServer.all)
    func conflictWithUpdate(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps/a"
        _ = try await cluster.apply(path, Sample.configMap("a", ["k": "1"]), manager: "one")
        _ = try await cluster.send(
            "PATCH",
            "\(path)?fieldManager=person",
            ["data": ["k": "9"]],
            contentType: "application/merge-patch+json"
        )
        let refused = try await cluster.apply(path, Sample.configMap("a", ["k": "1"]), manager: "one")
        #expect(refused.status == 409)
        #expect(refused.message == "Apply failed with 1 conflict: conflict with \"person\" using v1: .data.k")
        let forced = try await cluster.apply(path, Sample.configMap("a", ["k": "1"]), manager: "one", force: true)
        #expect(forced.json["data"] == ["k": "1"])
        #expect(forced.owner("person", "Update") == nil)
    }

    @Test("a field that is no longer declared goes, unless somebody else holds it", arguments: TestServer.all)
    func removal(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps/a"
        _ = try await cluster.apply(path, Sample.configMap("a", ["k": "1", "j": "1", "i": "1"]), manager: "one")
        _ = try await cluster.apply(path, Sample.configMap("a", ["j": "1"]), manager: "two")
        _ = try await cluster.send(
            "PATCH",
            "\(path)?fieldManager=person",
            ["data": ["free": "x"]],
            contentType: "application/merge-patch+json"
        )
        let rest = try await cluster.apply(path, Sample.configMap("a", ["i": "1"]), manager: "one")
        #expect(rest.status == 200)
        #expect(rest.json["data"] == ["i": "1", "j": "1", "free": "x"])
    }

    @Test("containers merge by name, and only their owner removes one", arguments: TestServer.all)
    func containers(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/apis/apps/v1/namespaces/\(try await cluster.makeNamespace())/deployments/web"
        let first = try await cluster.apply(
            path,
            Sample.deployment(
                "web",
                containers: [
                    ["name": "web", "image": "nginx:1", "ports": [["containerPort": 80]]],
                    ["name": "log", "image": "log:1"],
                ],
                replicas: 1
            ),
            manager: "one"
        )
        #expect(first.status == 201, "\(first.message)")
        let second = try await cluster.apply(
            path,
            [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
                "spec": [
                    "template": [
                        "spec": [
                            "containers": [
                                ["name": "proxy", "image": "proxy:1"],
                                ["name": "web", "env": [["name": "A", "value": "1"]]],
                            ]
                        ]
                    ]
                ],
            ],
            manager: "two"
        )
        #expect(second.status == 200, "\(second.message)")
        let merged = second.json["spec"]?["template"]?["spec"]?["containers"]
        #expect(Set(names(merged)) == ["web", "log", "proxy"])
        let web = merged?.arrayValue?.first { $0["name"] == "web" }
        #expect(web?["image"] == "nginx:1")
        #expect(web?["env"]?[0]?["value"] == "1")
        #expect(web?["ports"]?[0]?["protocol"] == "TCP")
        #expect(
            second.owner("one", "Apply")?["fieldsV1"]?["f:spec"]?["f:template"]?["f:spec"]?["f:containers"]?[
                "k:{\"name\":\"web\"}"
            ] == [
                ".": [:], "f:image": [:], "f:name": [:],
                "f:ports": ["k:{\"containerPort\":80,\"protocol\":\"TCP\"}": [".": [:], "f:containerPort": [:]]],
            ]
        )
        let third = try await cluster.apply(
            path,
            Sample.deployment("web", containers: [["name": "web", "image": "nginx:2"]]),
            manager: "one"
        )
        #expect(third.status == 200, "\(third.message)")
        let left = third.json["spec"]?["template"]?["spec"]?["containers"]
        #expect(Set(names(left)) == ["web", "proxy"])
        #expect(left?.arrayValue?.first { $0["name"] == "web" }?["ports"] == nil)
        #expect(third.json["metadata"]?["generation"] == 3)
    }

    @Test("an applied name must be the path's, and managedFields must not be sent", arguments: TestServer.all)
    func malformed(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps/a"
        #expect(try await cluster.apply(path, Sample.configMap("b", [:]), manager: "one").status == 400)
        var object = Sample.configMap("a", [:])
        object["metadata"] = ["name": "a", "managedFields": [["manager": "x", "operation": "Apply"]]]
        #expect(try await cluster.apply(path, object, manager: "one").status == 400)
    }

    @Test(
        "custom resources are served, defaulted, pruned, checked and merged by their schema",
        arguments: TestServer.all
    )
    func customResources(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let group = "\(TestCluster.uniqueName("crd")).example.com"
        try await cluster.install(definition: Sample.definition(group: group))
        let definition = try await cluster.send(
            "GET",
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.\(group)"
        ).json
        let conditions = definition["status"]?["conditions"]?.arrayValue ?? []
        #expect(conditions.contains { $0["type"] == "Established" && $0["status"] == "True" })
        let path = "/apis/\(group)/v1/namespaces/\(try await cluster.makeNamespace())/widgets/w"
        func widget(_ spec: JSONValue) -> JSONValue {
            ["apiVersion": "\(group)/v1", "kind": "Widget", "metadata": ["name": "w"], "spec": spec]
        }
        let undeclared = try await cluster.apply(path, widget(["size": 1, "unknown": true]), manager: "one")
        #expect(undeclared.status == 500)
        #expect(undeclared.message.hasSuffix(".spec.unknown: field not declared in schema"))
        let pruned = try await cluster.send("POST", String(path.dropLast(2)), widget(["size": 1, "unknown": true]))
        #expect(pruned.status == 201)
        #expect(pruned.json["spec"] == ["size": 1, "colour": "red"])
        _ = try await cluster.send("DELETE", path)
        let created = try await cluster.apply(
            path,
            widget(["size": 1, "tags": ["a"], "plain": ["x"], "parts": [["id": "p", "weight": 1]]]),
            manager: "one"
        )
        #expect(created.status == 201, "\(created.message)")
        #expect(created.json["spec"]?["colour"] == "red")
        let merged = try await cluster.apply(
            path,
            widget(["size": 1, "tags": ["b"], "parts": [["id": "q", "weight": 2]]]),
            manager: "two"
        )
        #expect(merged.status == 200, "\(merged.message)")
        #expect(merged.json["spec"]?["tags"] == ["a", "b"])
        #expect(merged.json["spec"]?["parts"] == [["id": "p", "weight": 1], ["id": "q", "weight": 2]])
        let refused = try await cluster.apply(path, widget(["size": 1, "plain": ["y"]]), manager: "two")
        #expect(refused.status == 409)
        #expect(refused.json["details"]?["causes"]?[0]?["field"] == ".spec.plain")
        let wrong = try await cluster.apply(path, widget(["size": "big"]), manager: "one")
        #expect(wrong.status >= 400)
        #expect(try await cluster.apply(path, widget(["colour": "blue"]), manager: "three").status == 200)
        let less = try await cluster.apply(path, widget(["size": 1]), manager: "one")
        #expect(less.json["spec"]?["tags"] == ["b"])
        #expect(less.json["spec"]?["parts"] == [["id": "q", "weight": 2]])
        #expect(less.json["spec"]?["plain"] == nil)
        #expect(try await cluster.send("DELETE", path).status == 200)
        let gone = try await cluster.send(
            "DELETE",
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.\(group)"
        )
        #expect(gone.status == 200)
    }
}
