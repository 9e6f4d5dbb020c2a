import Concurrency
import JSON
import Kubernetes
import KubernetesTestSupport
import Logging
import Synchronization

@testable import ClusterAgent

/// A simulated cluster, a scripted hub and a state directory, in which agents are started and stopped.
struct AgentWorld: Sendable {
    let hub: ScriptedHub
    let cluster: TestCluster
    let client: KubernetesClient
    let stateDirectory: String
    /// The time that agents see.
    let clock = TestClock()
    /// The pauses that agents have made.
    let pauses = PauseCount()

    static func with(
        _ cluster: TestCluster? = nil,
        _ body: @escaping @Sendable (AgentWorld) async throws -> Void
    ) async throws {
        let cluster = if let cluster { cluster } else { try await TestCluster.simulated() }
        try await TemporaryDirectory.with { path in
            let world = AgentWorld(
                hub: try ScriptedHub(),
                cluster: cluster,
                client: try cluster.makeClient(),
                stateDirectory: path
            )
            try await body(world)
            await world.client.shutDown()
        }
    }

    /// A cluster with semantics of its own, on each of which a test is to hold.
    enum Server: String, CaseIterable {
        case simulated
        case real

        static var available: [Server] { TestCluster.hasReal ? allCases : [.simulated] }
    }

    /// An agent keeps one inventory on a cluster, so that tests take turns on the one real API server.
    private static let realCluster = AsyncGate()

    /// Runs `body` on a new simulated cluster, or on the real one without what an earlier agent left there.
    static func with(_ server: Server, _ body: @escaping @Sendable (AgentWorld) async throws -> Void) async throws {
        guard server == .real, let cluster = try await TestCluster.real() else { return try await with(nil, body) }
        try await realCluster.enter()
        defer { realCluster.leave() }
        let path = "/api/v1/namespaces/\(AgentSet.namespace)/configmaps"
        for object in try await cluster.send("GET", path).json["items"]?.arrayValue ?? [] {
            guard let name = object["metadata"]?["name"]?.stringValue, name.hasPrefix("otomi-") else { continue }
            _ = try await cluster.send("DELETE", "\(path)/\(name)")
        }
        try await with(cluster, body)
    }

    /// The version of the newest write of anybody on the cluster.
    func revision() async throws -> String {
        try await client.list(GroupVersionKind(version: "v1", kind: "Namespace")).resourceVersion
    }

    /// Runs an agent as long as `body` runs, then stops it and waits for its end.
    func agent(token: String? = ScriptedHub.token, _ body: @escaping @Sendable () async throws -> Void) async throws {
        var logger = Logger(label: "test.agent")
        logger.logLevel = .critical
        var configuration = AgentConfiguration(
            hub: "http://hub.test",
            token: token,
            stateDirectory: stateDirectory,
            cluster: cluster.configuration,
            version: "test"
        )
        configuration.enrolmentAttempts = 3
        // Pauses are short, so that no test waits for a back-off.
        let environment = AgentEnvironment(
            now: { [clock] in clock.now },
            sleep: { [pauses] in
                pauses.add()
                try await Task.sleep(for: min($0, .milliseconds(50)))
            }
        )
        let agent = ClusterAgent(configuration, environment: environment, logger: logger) { [hub] _ in hub }
        let stop = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await agent.run(until: stop) }
            group.addTask {
                defer { stop.notify() }
                try await body()
            }
            try await group.waitForAll()
        }
    }

    // MARK: - What is on the cluster

    func find(_ key: ObjectKey, _ version: String = "v1") async throws -> KubernetesObject? {
        let type = GroupVersionKind(group: key.group, version: version, kind: key.kind)
        return try await client.find(type, namespace: key.namespace, name: key.name)
    }

    /// Changes one value of a ConfigMap as somebody else would.
    func edit(_ key: ObjectKey, _ value: String, field: String = "value", as manager: String = "somebody") async throws
    {
        try await patch(key, ["data": [field: .string(value)]], as: manager)
    }

    /// Changes a ConfigMap as somebody else would.
    func patch(_ key: ObjectKey, _ patch: JSONValue, as manager: String = "somebody") async throws {
        try await client.mergePatch(
            GroupVersionKind(version: "v1", kind: key.kind),
            namespace: key.namespace,
            name: key.name,
            patch: patch,
            fieldManager: manager
        )
    }

    func delete(_ key: ObjectKey) async throws {
        try await client.delete(
            GroupVersionKind(version: "v1", kind: key.kind),
            namespace: key.namespace,
            name: key.name
        )
    }

    /// Sets an annotation of the agent's ConfigMap, or removes it.
    func annotate(_ annotation: String, _ text: String?) async throws {
        let key = ObjectKey.configMap(AgentSet.settingsName, in: AgentSet.namespace)
        try await patch(key, ["metadata": ["annotations": [annotation: text.map { .string($0) } ?? .null]]])
    }

    /// Waits until `holds` is true; fails after 20 seconds.
    func wait(until holds: @escaping @Sendable (AgentWorld) async throws -> Bool) async throws {
        try await withDeadline(.seconds(20)) {
            while !(try await holds(self)) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    /// Waits until a ConfigMap's value is `value`.
    func wait(for key: ObjectKey, value: JSONValue) async throws {
        try await wait(for: key) { $0?.json["data"]?["value"] == value }
    }

    /// Makes an object as somebody else would.
    func create(_ object: KubernetesObject) async throws {
        try await client.create(object, fieldManager: "somebody")
    }

    /// Waits until `holds` is true of the object under `key`; fails after 20 seconds.
    func wait(
        for key: ObjectKey,
        _ version: String = "v1",
        until holds: @escaping @Sendable (KubernetesObject?) -> Bool
    ) async throws {
        try await withDeadline(.seconds(20)) {
            while !holds(try await find(key, version)) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }
}

/// The system's time, and what a test adds to it.
final class TestClock: Sendable {
    private let offset = Atomic<Int64>(0)

    var now: UnixTime { UnixTime.now() + .milliseconds(offset.load(ordering: .relaxed)) }

    func advance(by time: Duration) { offset.add(time.wholeMilliseconds, ordering: .relaxed) }
}

/// Counts from several tasks.
final class PauseCount: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add() { value.add(1, ordering: .relaxed) }
}
