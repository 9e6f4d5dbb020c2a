import JSON
import KubernetesTestSupport
import Testing

/// What every API server does with single objects; the simulator is held to it by the real one.
@Suite struct ConformanceTests {
    @Test("discovery names core kinds, groups and the resources of a group", arguments: TestServer.all)
    func discovery(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let core = try await cluster.send("GET", "/api/v1")
        let names = core.json["resources"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(
            Set(names).isSuperset(of: [
                "configmaps", "namespaces", "namespaces/status", "namespaces/finalize", "secrets",
            ])
        )
        let groups = try await cluster.send("GET", "/apis").json["groups"]?.arrayValue ?? []
        #expect(groups.contains { $0["name"] == "apps" && $0["preferredVersion"]?["groupVersion"] == "apps/v1" })
        let apps = try await cluster.send("GET", "/apis/apps/v1").json
        let deployment = apps["resources"]?.arrayValue?.first { $0["name"] == "deployments" }
        #expect(deployment?["kind"] == "Deployment")
        #expect(deployment?["namespaced"] == true)
        #expect(deployment?["shortNames"] == ["deploy"])
        #expect(try await cluster.send("GET", "/apis/nothing.example.com/v1").status == 404)
        #expect(try await cluster.send("GET", "/readyz").status == 200)
        #expect(try await cluster.send("GET", "/version").json["gitVersion"]?.stringValue != nil)
        // CronJob batch/v1 came with 1.21.
        let batch = try await cluster.send("GET", "/apis/batch/v1").json["resources"]?.arrayValue ?? []
        #expect(!batch.contains { $0["kind"] == "CronJob" })
        #expect(batch.contains { $0["kind"] == "Job" })
    }

    @Test("an object is created, read, updated and deleted", arguments: TestServer.all)
    func lifecycle(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        let created = try await cluster.send("POST", path, Sample.configMap("a", ["k": "1"]))
        #expect(created.status == 201)
        #expect(created.json["metadata"]?["uid"] != nil)
        #expect(created.json["metadata"]?["creationTimestamp"] != nil)
        #expect(created.owner("otomi-test", "Update")?["fieldsV1"]?["f:data"] == [".": [:], "f:k": [:]])
        let again = try await cluster.send("POST", path, Sample.configMap("a", [:]))
        #expect(again.status == 409)
        #expect(again.reason == "AlreadyExists")
        #expect(again.message == "configmaps \"a\" already exists")
        var changed = created.json
        changed["data"] = ["k": "2"]
        let updated = try await cluster.send("PUT", "\(path)/a", changed)
        #expect(updated.status == 200)
        #expect(updated.json["metadata"]?["resourceVersion"] != created.json["metadata"]?["resourceVersion"])
        let stale = try await cluster.send("PUT", "\(path)/a", changed)
        #expect(stale.status == 409)
        #expect(stale.message.hasSuffix("please apply your changes to the latest version and try again"))
        #expect(try await cluster.send("DELETE", "\(path)/a").json["status"] == "Success")
        let gone = try await cluster.send("GET", "\(path)/a")
        #expect(gone.status == 404)
        #expect(gone.message == "configmaps \"a\" not found")
        #expect(gone.json["details"] == ["name": "a", "kind": "configmaps"])
    }

    @Test("patches of every kind change what they name", arguments: TestServer.all)
    func patches(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        _ = try await cluster.send("POST", path, Sample.configMap("a", ["x": "1", "y": "2"]))
        let merged = try await cluster.send(
            "PATCH",
            "\(path)/a",
            ["data": ["x": .null, "z": "3"]],
            contentType: "application/merge-patch+json"
        )
        #expect(merged.json["data"] == ["y": "2", "z": "3"])
        let patched = try await cluster.send(
            "PATCH",
            "\(path)/a",
            [["op": "replace", "path": "/data/y", "value": "4"], ["op": "remove", "path": "/data/z"]],
            contentType: "application/json-patch+json"
        )
        #expect(patched.json["data"] == ["y": "4"])
        let version = patched.json["metadata"]?["resourceVersion"]
        let idle = try await cluster.send(
            "PATCH",
            "\(path)/a",
            ["data": ["y": "4"]],
            contentType: "application/strategic-merge-patch+json"
        )
        #expect(idle.json["metadata"]?["resourceVersion"] == version)
        #expect(try await cluster.send("PATCH", "\(path)/a", [:], contentType: "text/plain").status == 415)
    }

    @Test("a rehearsal changes nothing", arguments: TestServer.all)
    func dryRun(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        #expect(try await cluster.send("POST", "\(path)?dryRun=All", Sample.configMap("a", [:])).status == 201)
        #expect(try await cluster.send("GET", "\(path)/a").status == 404)
        _ = try await cluster.send("POST", path, Sample.configMap("a", ["k": "1"]))
        #expect(try await cluster.send("DELETE", "\(path)/a?dryRun=All").status == 200)
        #expect(try await cluster.send("GET", "\(path)/a").status == 200)
    }

    @Test("names that break the rules are refused with the rule", arguments: TestServer.all)
    func names(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let namespace = try await cluster.makeNamespace()
        let path = "/api/v1/namespaces/\(namespace)/configmaps"
        let refused = try await cluster.send("POST", path, Sample.configMap("Not_a_name", [:]))
        #expect(refused.status == 422)
        #expect(refused.reason == "Invalid")
        #expect(refused.json["details"]?["causes"]?[0]?["field"] == "metadata.name")
        #expect(refused.message.contains("RFC 1123") || refused.message.contains("DNS-1123"))
        let service: JSONValue = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "1st"],
            "spec": ["ports": [["port": 80]], "selector": ["a": "b"]],
        ]
        #expect(try await cluster.send("POST", "/api/v1/namespaces/\(namespace)/services", service).status == 422)
        let generated = try await cluster.send(
            "POST",
            path,
            ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["generateName": "made-"]]
        )
        #expect(generated.json["metadata"]?["name"]?.stringValue?.hasPrefix("made-") == true)
    }

    @Test("an object cannot be made in a namespace that is missing or ending", arguments: TestServer.all)
    func namespaces(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let missing = try await cluster.send(
            "POST",
            "/api/v1/namespaces/no-such-place/configmaps",
            Sample.configMap("a", [:])
        )
        #expect(missing.status == 404)
        #expect(missing.message == "namespaces \"no-such-place\" not found")
        let name = try await cluster.makeNamespace()
        _ = try await cluster.send("POST", "/api/v1/namespaces/\(name)/configmaps", Sample.configMap("a", [:]))
        let deleted = try await cluster.send("DELETE", "/api/v1/namespaces/\(name)")
        #expect(deleted.status == 200)
        #expect(deleted.json["status"]?["phase"] == "Terminating")
        #expect(deleted.json["metadata"]?["deletionTimestamp"] != nil)
        let late = try await cluster.send(
            "POST",
            "/api/v1/namespaces/\(name)/configmaps",
            Sample.configMap("b", [:])
        )
        #expect(late.status == 403)
        #expect(late.message.contains("because it is being terminated"))
        #expect(late.json["details"]?["causes"]?[0]?["reason"] == "NamespaceTerminating")
        // Neither server has a namespace controller here, so the test does what it would do.
        _ = try await cluster.send("DELETE", "/api/v1/namespaces/\(name)/configmaps/a")
        var finalised = try await cluster.send("GET", "/api/v1/namespaces/\(name)").json
        finalised["spec"] = ["finalizers": []]
        #expect(try await cluster.send("PUT", "/api/v1/namespaces/\(name)/finalize", finalised).status == 200)
        #expect(try await cluster.send("GET", "/api/v1/namespaces/\(name)").status == 404)
    }

    @Test("a delete holds to its preconditions", arguments: TestServer.all)
    func preconditions(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        let created = try await cluster.send("POST", path, Sample.configMap("a", [:]))
        func options(_ uid: JSONValue) -> JSONValue {
            ["apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": uid]]
        }
        let refused = try await cluster.send("DELETE", "\(path)/a", options("0000"))
        #expect(refused.status == 409)
        #expect(refused.reason == "Conflict")
        #expect(refused.message.contains("the UID in the precondition (0000) does not match"))
        let uid = try #require(created.json["metadata"]?["uid"])
        #expect(try await cluster.send("DELETE", "\(path)/a", options(uid)).status == 200)
    }

    @Test("a finalizer holds an object back until it is taken away", arguments: TestServer.all)
    func finalizers(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        var object = Sample.configMap("a", [:])
        object["metadata"] = ["name": "a", "finalizers": ["example.com/hold"]]
        _ = try await cluster.send("POST", path, object)
        let deleted = try await cluster.send("DELETE", "\(path)/a")
        #expect(deleted.status == 200)
        #expect(deleted.json["metadata"]?["deletionTimestamp"] != nil)
        #expect(try await cluster.send("GET", "\(path)/a").status == 200)
        _ = try await cluster.send(
            "PATCH",
            "\(path)/a",
            ["metadata": ["finalizers": .null]],
            contentType: "application/merge-patch+json"
        )
        #expect(try await cluster.send("GET", "\(path)/a").status == 404)
    }

    @Test("status has a path of its own, and the generation counts the specification", arguments: TestServer.all)
    func status(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/apis/apps/v1/namespaces/\(try await cluster.makeNamespace())/deployments"
        var object = Sample.deployment("web", containers: [["name": "web", "image": "nginx:1"]])
        object["status"] = ["replicas": 7]
        let created = try await cluster.send("POST", path, object)
        #expect(created.status == 201)
        #expect(created.json["status"]?["replicas"] == nil)
        #expect(created.json["metadata"]?["generation"] == 1)
        var reported = created.json
        reported["status"] = ["replicas": 3, "observedGeneration": 1]
        reported["spec"] = ["replicas": 9]
        let status = try await cluster.send("PUT", "\(path)/web/status", reported)
        #expect(status.status == 200)
        #expect(status.json["status"]?["replicas"] == 3)
        #expect(status.json["spec"]?["replicas"] == 1)
        #expect(status.json["metadata"]?["generation"] == 1)
        let scaled = try await cluster.send(
            "PATCH",
            "\(path)/web",
            ["spec": ["replicas": 2]],
            contentType: "application/merge-patch+json"
        )
        #expect(scaled.json["metadata"]?["generation"] == 2)
        #expect(scaled.json["status"]?["replicas"] == 3)
    }

    @Test("the template of a job cannot change", arguments: TestServer.all)
    func immutableJob(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/apis/batch/v1/namespaces/\(try await cluster.makeNamespace())/jobs"
        func job(_ image: String) -> JSONValue {
            [
                "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "once"],
                "spec": [
                    "template": [
                        "spec": [
                            "restartPolicy": "Never", "containers": [["name": "main", "image": .string(image)]],
                        ]
                    ]
                ],
            ]
        }
        #expect(try await cluster.apply("\(path)/once", job("a:1"), manager: "m").status == 201)
        let refused = try await cluster.apply("\(path)/once", job("a:2"), manager: "m")
        #expect(refused.status == 422)
        #expect(refused.message.contains("field is immutable"))
        #expect(refused.json["details"]?["causes"]?[0]?["field"] == "spec.template")
    }
}
