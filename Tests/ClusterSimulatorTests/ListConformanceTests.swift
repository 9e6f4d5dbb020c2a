import ClusterSimulator
import JSON
import KubernetesTestSupport
import Testing

/// Lists, watches and selectors, against both servers.
@Suite struct ListConformanceTests {
    private func names(_ list: JSONValue) -> [String] {
        (list["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
    }

    @Test("selectors choose by label and by name", arguments: TestServer.all)
    func selectors(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        for (name, labels) in [
            ("a", ["tier": "web", "env": "prod"]), ("b", ["tier": "web", "env": "test"]), ("c", ["tier": "db"]),
        ] {
            _ = try await cluster.send("POST", path, Sample.configMap(name, [:], labels: labels))
        }
        let cases: [(query: String, expected: [String])] = [
            ("labelSelector=tier%3Dweb", ["a", "b"]),
            ("labelSelector=tier%3D%3Dweb,env!%3Dtest", ["a"]),
            ("labelSelector=env%20in%20(prod,test)", ["a", "b"]),
            ("labelSelector=tier,env%20notin%20(prod)", ["b", "c"]),
            ("labelSelector=!env,tier", ["c"]),
            ("fieldSelector=metadata.name%3Db", ["b"]),
            ("fieldSelector=metadata.name!%3Db&labelSelector=tier%3Dweb", ["a"]),
        ]
        for (query, expected) in cases {
            #expect(names(try await cluster.send("GET", "\(path)?\(query)").json) == expected, "\(query)")
        }
        #expect(try await cluster.send("GET", "\(path)?labelSelector=a%20b%20c").status == 400)
    }

    @Test("lists of built-in kinds do not repeat the kind", arguments: TestServer.all)
    func untypedItems(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        _ = try await cluster.send("POST", path, Sample.configMap("a", [:]))
        let list = try await cluster.send("GET", path).json
        #expect(list["kind"] == "ConfigMapList")
        #expect(list["items"]?[0]?["kind"] == nil)
    }

    @Test("a list comes in pages", arguments: TestServer.all)
    func pages(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        for name in ["a", "b", "c"] { _ = try await cluster.send("POST", path, Sample.configMap(name, [:])) }
        let first = try await cluster.send("GET", "\(path)?limit=2").json
        #expect(names(first) == ["a", "b"])
        #expect(first["metadata"]?["remainingItemCount"] == 1)
        let token = try #require(first["metadata"]?["continue"]?.stringValue)
        let escaped = token.utf8.map { "%" + (String($0, radix: 16).count < 2 ? "0" : "") + String($0, radix: 16) }
            .joined()
        let second = try await cluster.send("GET", "\(path)?limit=2&continue=\(escaped)").json
        #expect(names(second) == ["c"])
        #expect(second["metadata"]?["continue"] == nil)
    }

    @Test("metadata can be had alone, and as a table", arguments: TestServer.all)
    func forms(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        _ = try await cluster.send("POST", path, Sample.configMap("a", ["k": "1"]))
        let partial = try await cluster.send(
            "GET",
            path,
            accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        ).json
        #expect(partial["kind"] == "PartialObjectMetadataList")
        #expect(partial["items"]?[0]?["metadata"]?["name"] == "a")
        #expect(partial["items"]?[0]?["data"] == nil)
        let table = try await cluster.send(
            "GET",
            path,
            accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
        ).json
        #expect(table["kind"] == "Table")
        #expect(
            table["columnDefinitions"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["Name", "Data", "Age"]
        )
        #expect(table["rows"]?[0]?["cells"]?[0] == "a")
        #expect(table["rows"]?[0]?["cells"]?[1] == 1)
        #expect(table["rows"]?[0]?["object"]?["metadata"]?["name"] == "a")
    }

    @Test("a watch tells every change after a version, as the selector sees it", arguments: TestServer.all)
    func watch(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        let start = try #require(try await cluster.send("GET", path).json["metadata"]?["resourceVersion"]?.stringValue)
        func label(_ name: String, _ value: JSONValue) async throws {
            _ = try await cluster.send(
                "PATCH",
                "\(path)/\(name)",
                ["metadata": ["labels": ["seen": value]]],
                contentType: "application/merge-patch+json"
            )
        }
        _ = try await cluster.send("POST", path, Sample.configMap("a", [:], labels: ["seen": "yes"]))
        _ = try await cluster.send("POST", path, Sample.configMap("b", [:]))
        try await label("b", "yes")
        try await label("a", "no")
        try await label("b", "yes")
        _ = try await cluster.send(
            "PATCH",
            "\(path)/b",
            ["data": ["k": "1"]],
            contentType: "application/merge-patch+json"
        )
        _ = try await cluster.send("DELETE", "\(path)/b")
        let events = try await cluster.watch(
            "\(path)?watch=true&resourceVersion=\(start)&labelSelector=seen%3Dyes&timeoutSeconds=20"
        ) { $0.count >= 5 }
        let seen = events.map { event in
            "\(event["type"]?.stringValue ?? "") \(event["object"]?["metadata"]?["name"]?.stringValue ?? "")"
        }
        #expect(seen == ["ADDED a", "ADDED b", "DELETED a", "MODIFIED b", "DELETED b"])
    }

    @Test("a watch from nothing begins with what is there", arguments: TestServer.all)
    func watchFromStart(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        _ = try await cluster.send("POST", path, Sample.configMap("a", [:]))
        let events = try await cluster.watch("\(path)?watch=true&timeoutSeconds=20") { !$0.isEmpty }
        #expect(events.first?["type"] == "ADDED")
    }

    @Test("a watch ends in time, with a bookmark", arguments: TestServer.all)
    func bookmark(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        let path = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        let start = try #require(try await cluster.send("GET", path).json["metadata"]?["resourceVersion"]?.stringValue)
        // The real one sends a bookmark only when something of the kind has happened since the watch began, wherever that
        // was. A busy one may let the moment for it pass; it is a courtesy, so one in three watches is enough.
        let elsewhere = "/api/v1/namespaces/\(try await cluster.makeNamespace())/configmaps"
        var events: [JSONValue] = []
        for round in 0..<3 where events.isEmpty {
            async let watched = cluster.watch(
                "\(path)?watch=true&allowWatchBookmarks=true&resourceVersion=\(start)&timeoutSeconds=4"
            ) { _ in false }
            for number in 0..<100 {
                _ = try await cluster.send("POST", elsewhere, Sample.configMap("a-\(round)-\(number)", [:]))
            }
            events = try await watched
        }
        let bookmark = try #require(events.last)
        #expect(bookmark["type"] == "BOOKMARK")
        #expect(bookmark["object"]?["kind"] == "ConfigMap")
        let version = try #require(
            bookmark["object"]?["metadata"]?["resourceVersion"]?.stringValue.flatMap { Int64($0) }
        )
        #expect(version >= Int64(start) ?? 0)
    }

    @Test("a watch from too long ago is told so", arguments: TestServer.all)
    func tooOld(_ server: TestServer) async throws {
        let cluster = try await server.cluster()
        // A kind that came late: its changes are only known from there on.
        let group = "\(TestCluster.uniqueName("old")).example.com"
        cluster.simulator?.compact()
        try await cluster.install(definition: Sample.definition(group: group))
        let events = try await cluster.watch("/apis/\(group)/v1/widgets?watch=true&resourceVersion=1&timeoutSeconds=10")
        {
            !$0.isEmpty
        }
        let status = try #require(events.first)
        #expect(status["type"] == "ERROR")
        #expect(status["object"]?["code"] == 410)
        #expect(status["object"]?["reason"] == "Expired" || status["object"]?["reason"] == "Gone")
        #expect(status["object"]?["message"]?.stringValue?.hasPrefix("too old resource version: 1") == true)
    }
}
