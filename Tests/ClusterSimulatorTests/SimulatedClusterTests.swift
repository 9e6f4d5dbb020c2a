import ClusterSimulator
import Concurrency
import JSON
import Testing

/// What the simulator does beyond an API server without controllers, called in process.
@Suite struct SimulatedClusterTests {
    private func cluster(_ change: (inout ClusterConfiguration) -> Void = { _ in }) -> SimulatedCluster {
        var configuration = ClusterConfiguration(clock: { UnixTime(seconds: 1_700_000_000) })
        change(&configuration)
        return SimulatedCluster(configuration)
    }

    private func post(_ cluster: SimulatedCluster, _ path: String, _ object: JSONValue) -> APIResponse {
        cluster.handle(APIRequest("POST", path, body: object.serialized()))
    }

    private func makeNamespace(_ cluster: SimulatedCluster, _ name: String) {
        let object: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        #expect(post(cluster, "/api/v1/namespaces", object).status == 201)
    }

    private func status(_ cluster: SimulatedCluster, _ path: String) -> Int {
        cluster.handle(APIRequest("GET", path)).status
    }

    @Test("a cluster begins with its namespaces, and each with a certificate and an account")
    func bootstrap() {
        let cluster = cluster()
        let list = cluster.handle(APIRequest("GET", "/api/v1/namespaces")).json
        #expect(
            list?["items"]?.arrayValue?.compactMap { $0["metadata"]?["name"]?.stringValue }
                == ["default", "kube-node-lease", "kube-public", "kube-system"]
        )
        makeNamespace(cluster, "team-a")
        #expect(status(cluster, "/api/v1/namespaces/team-a/configmaps/kube-root-ca.crt") == 200)
        #expect(status(cluster, "/api/v1/namespaces/team-a/serviceaccounts/default") == 200)
        let namespace = cluster.handle(APIRequest("GET", "/api/v1/namespaces/kube-system")).json
        #expect(namespace?["metadata"]?["uid"]?.stringValue?.count == 36)
        #expect(namespace?["metadata"]?["creationTimestamp"] == "2023-11-14T22:13:20Z")
    }

    @Test("a deleted namespace takes its contents with it, and waits for finalizers")
    func namespaceDeletion() {
        let cluster = cluster()
        makeNamespace(cluster, "team-a")
        let path = "/api/v1/namespaces/team-a/configmaps"
        _ = post(cluster, path, Sample.configMap("a", [:]))
        var held = Sample.configMap("held", [:])
        held["metadata"] = ["name": "held", "finalizers": ["example.com/hold"]]
        _ = post(cluster, path, held)
        let answer = cluster.handle(APIRequest("DELETE", "/api/v1/namespaces/team-a"))
        #expect(answer.json?["status"]?["phase"] == "Terminating")
        #expect(status(cluster, "\(path)/a") == 404)
        #expect(status(cluster, "/api/v1/namespaces/team-a") == 200)
        let freed = APIRequest(
            "PATCH",
            "\(path)/held",
            contentType: "application/merge-patch+json",
            body: JSONValue.object(["metadata": ["finalizers": .null]]).serialized()
        )
        #expect(cluster.handle(freed).status == 200)
        #expect(status(cluster, "/api/v1/namespaces/team-a") == 404)
        makeNamespace(cluster, "team-a")
    }

    @Test("what an object owned goes with it", arguments: ["Background", "Foreground", "Orphan"])
    func ownership(_ propagation: String) {
        let cluster = cluster()
        let path = "/api/v1/namespaces/default/configmaps"
        let owner = post(cluster, path, Sample.configMap("owner", [:])).json
        var owned = Sample.configMap("owned", [:])
        owned["metadata"] = [
            "name": "owned",
            "ownerReferences": [
                [
                    "apiVersion": "v1", "kind": "ConfigMap", "name": "owner",
                    "uid": owner?["metadata"]?["uid"] ?? "",
                ]
            ],
        ]
        _ = post(cluster, path, owned)
        let options: JSONValue = ["propagationPolicy": .string(propagation)]
        _ = cluster.handle(APIRequest("DELETE", "\(path)/owner", body: options.serialized()))
        #expect(status(cluster, "\(path)/owner") == 404)
        #expect(status(cluster, "\(path)/owned") == (propagation == "Orphan" ? 200 : 404))
    }

    @Test("workloads are ready at once, unless that is switched off", arguments: [true, false])
    func readiness(_ makesReady: Bool) {
        let cluster = cluster { $0.behaviour.makesReady = makesReady }
        let object = Sample.deployment("web", containers: [["name": "web", "image": "nginx"]], replicas: 3)
        let created = post(cluster, "/apis/apps/v1/namespaces/default/deployments", object).json
        #expect(created?["status"]?["readyReplicas"] == (makesReady ? 3 : nil))
    }

    @Test("applying the same again writes nothing, though the clock moves on")
    func idempotence() {
        let time = MovingClock()
        let cluster = cluster { $0.clock = { time.next() } }
        let path = "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=m"
        let body = Sample.deployment("web", containers: [["name": "web", "image": "nginx"]]).serialized()
        func apply() -> APIResponse {
            cluster.handle(APIRequest("PATCH", path, contentType: "application/apply-patch+yaml", body: body))
        }
        let first = apply()
        #expect(first.status == 201)
        let revision = cluster.revision
        #expect(apply().json == first.json)
        #expect(cluster.revision == revision)
    }

    @Test("a configuration may be YAML")
    func yaml() {
        let cluster = cluster()
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: \"1\"\n"
        let answer = cluster.handle(
            APIRequest(
                "PATCH",
                "/api/v1/namespaces/default/configmaps/a?fieldManager=m",
                contentType: "application/apply-patch+yaml",
                body: Array(text.utf8)
            )
        )
        #expect(answer.json?["data"] == ["k": "1"])
    }

    @Test("history is bounded: an old watch is answered with 410, an old page too")
    func boundedHistory() async {
        let cluster = cluster { $0.historyLimit = 4 }
        let path = "/api/v1/namespaces/default/configmaps"
        for name in ["a", "b", "c"] { _ = post(cluster, path, Sample.configMap(name, [:])) }
        let page = cluster.handle(APIRequest("GET", "\(path)?limit=1")).json
        let revision = cluster.revision
        for number in 0..<20 { _ = post(cluster, path, Sample.configMap("n\(number)", [:])) }
        guard
            case .events(let stream) = cluster.handle(APIRequest("GET", "\(path)?watch=1&resourceVersion=\(revision)"))
                .body
        else {
            Issue.record("the answer is no watch")
            return
        }
        var lines: [JSONValue] = []
        for await line in stream.events { lines.append((try? JSONValue(parsing: line.dropLast())) ?? .null) }
        #expect(lines.first?["object"]?["code"] == 410)
        let token = page?["metadata"]?["continue"]?.stringValue ?? ""
        #expect(cluster.handle(APIRequest("GET", "\(path)?continue=\(token)")).status == 410)
    }

    @Test("a reader that falls too far behind loses its watch")
    func slowReader() async {
        let cluster = cluster()
        let path = "/api/v1/namespaces/default/configmaps"
        guard
            case .events(let stream) = cluster.handle(
                APIRequest("GET", "\(path)?watch=1&resourceVersion=\(cluster.revision)")
            ).body
        else {
            Issue.record("the answer is no watch")
            return
        }
        _ = post(cluster, path, Sample.configMap("a", [:]))
        for number in 0...WatchStream.capacity {
            let patch: JSONValue = ["data": ["k": .string(String(number))]]
            _ = cluster.handle(
                APIRequest(
                    "PATCH",
                    "\(path)/a",
                    contentType: "application/merge-patch+json",
                    body: patch.serialized()
                )
            )
        }
        var count = 0
        for await _ in stream.events { count += 1 }
        #expect(count == WatchStream.capacity)
    }

    @Test("a definition that goes takes its objects and its path with it")
    func definitions() {
        let cluster = cluster()
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        #expect(post(cluster, definitions, Sample.definition(group: "example.com")).status == 201)
        let path = "/apis/example.com/v1/namespaces/default/widgets"
        let widget: JSONValue = [
            "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "w"], "spec": ["size": 2],
        ]
        #expect(post(cluster, path, widget).status == 201)
        let table = cluster.handle(APIRequest("GET", path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).json
        #expect(table?["rows"]?[0]?["cells"] == ["w", 2])
        let count = cluster.objectCount
        #expect(cluster.handle(APIRequest("DELETE", "\(definitions)/widgets.example.com")).status == 200)
        #expect(status(cluster, path) == 404)
        #expect(cluster.objectCount == count - 2)
    }

    @Test("a token is asked for where one is set")
    func token() {
        let cluster = cluster { $0.token = "secret" }
        #expect(status(cluster, "/api/v1/namespaces") == 401)
        let request = APIRequest("GET", "/api/v1/namespaces", authorization: "Bearer secret")
        #expect(cluster.handle(request).status == 200)
    }

    @Test("CronJob is served in the versions of the pretended release", arguments: [(20, ["v1beta1"]), (32, ["v1"])])
    func versions(_ minor: Int, _ expected: [String]) {
        let cluster = cluster { $0.minorVersion = minor }
        let served = ["v1", "v1beta1"].filter { version in
            let list = cluster.handle(APIRequest("GET", "/apis/batch/\(version)")).json
            return list?["resources"]?.arrayValue?.contains { $0["kind"] == "CronJob" } == true
        }
        #expect(served == expected)
    }
}

/// A clock that moves on by a minute with each look.
private final class MovingClock: Sendable {
    private let seconds = AtomicCounter()

    func next() -> UnixTime { UnixTime(seconds: 1_700_000_000 + Int64(seconds.next()) * 60) }
}
