package import AgentTestSupport
package import Concurrency
import Glibc
package import JSON
package import Kubernetes
package import KubernetesTestSupport
package import Logging
import Synchronization

@testable package import ClusterAgent

/// A simulated cluster, a scripted hub and a state directory, in which agents are started and stopped.
package struct AgentWorld: Sendable {
    package let hub: ScriptedHub
    package let cluster: TestCluster
    package let client: KubernetesClient
    package let stateDirectory: String
    /// The time that agents see.
    package let clock = TestClock()
    /// The pauses that agents have made.
    package let pauses = PauseCount()

    package init(hub: ScriptedHub, cluster: TestCluster, client: KubernetesClient, stateDirectory: String) {
        self.hub = hub
        self.cluster = cluster
        self.client = client
        self.stateDirectory = stateDirectory
    }

    package static func with(
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
    package enum Server: String, CaseIterable {
        case simulated
        case real

        package static var available: [Server] { TestCluster.hasReal ? allCases : [.simulated] }
    }

    /// An agent keeps one inventory on a cluster, so that tests take turns on the one real API server.
    private static let realCluster = AsyncGate()

    /// Runs `body` on a new simulated cluster, or on the real one without what an earlier agent left there.
    package static func with(
        _ server: Server,
        _ body: @escaping @Sendable (AgentWorld) async throws -> Void
    ) async throws {
        guard server == .real, let cluster = try await TestCluster.real() else { return try await with(nil, body) }
        try await realCluster.enter()
        defer { realCluster.leave() }
        let path = "/api/v1/namespaces/\(AgentSet.namespace)"
        for object in try await cluster.send("GET", "\(path)/configmaps").json["items"]?.arrayValue ?? [] {
            guard let name = object["metadata"]?["name"]?.stringValue, name.hasPrefix("otomi-") else { continue }
            _ = try await cluster.send("DELETE", "\(path)/configmaps/\(name)")
        }
        _ = try await cluster.send("DELETE", "\(path)/secrets/\(AgentSet.stateName)")
        try await with(cluster, body)
    }

    /// The version of the newest write of anybody on the cluster.
    package func revision() async throws -> String {
        try await client.list(GroupVersionKind(version: "v1", kind: "Namespace")).resourceVersion
    }

    /// Runs an agent as long as `body` runs, then stops it and waits for its end.
    ///
    /// It reaches its API server and its hub directly, unless other ways are given.
    package func agent(
        token: String? = ScriptedHub.token,
        at configuration: KubernetesConfiguration? = nil,
        now: WallClock? = nil,
        log: Logger? = nil,
        configure: (inout AgentConfiguration) -> Void = { _ in },
        connect: (@Sendable (HubCredentials) throws -> any HubConnection)? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        var silent = Logger(label: "test.agent")
        silent.logLevel = .critical
        var agentConfiguration = AgentConfiguration(
            hub: "http://hub.test",
            token: token,
            stateDirectory: stateDirectory,
            cluster: configuration ?? cluster.configuration,
            version: "test"
        )
        agentConfiguration.enrolmentAttempts = 3
        configure(&agentConfiguration)
        // Pauses are short, so that no test waits for a back-off.
        let environment = AgentEnvironment(
            now: now ?? { [clock] in clock.now },
            sleep: { [pauses] in
                pauses.add($0)
                try await Task.sleep(for: min($0, .milliseconds(50)))
            }
        )
        let agent = ClusterAgent(
            agentConfiguration,
            environment: environment,
            logger: log ?? silent,
            connect: connect ?? { [hub] _ in hub }
        )
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

    /// Makes it impossible to write a file of the state directory, as a full disk does: a folder is in its place.
    package func blockStateFile(_ name: String) throws {
        for path in ["\(stateDirectory)/\(name)", "\(stateDirectory)/\(name)/occupied"] {
            guard mkdir(path, 0o700) == 0 else { throw StateError("create", path, code: errno) }
        }
    }

    // MARK: - What is on the cluster

    package func find(_ key: ObjectKey, _ version: String = "v1") async throws -> KubernetesObject? {
        let type = GroupVersionKind(group: key.group, version: version, kind: key.kind)
        return try await client.find(type, namespace: key.namespace, name: key.name)
    }

    /// Changes one value of a ConfigMap as somebody else would.
    package func edit(
        _ key: ObjectKey,
        _ value: String,
        field: String = "value",
        as manager: String = "somebody"
    ) async throws {
        try await patch(key, ["data": [field: .string(value)]], as: manager)
    }

    /// Changes a ConfigMap as somebody else would.
    package func patch(_ key: ObjectKey, _ patch: JSONValue, as manager: String = "somebody") async throws {
        try await client.mergePatch(
            GroupVersionKind(version: "v1", kind: key.kind),
            namespace: key.namespace,
            name: key.name,
            patch: patch,
            fieldManager: manager
        )
    }

    package func delete(_ key: ObjectKey) async throws {
        try await client.delete(
            GroupVersionKind(version: "v1", kind: key.kind),
            namespace: key.namespace,
            name: key.name
        )
    }

    /// Sets an annotation of the agent's ConfigMap, or removes it.
    package func annotate(_ annotation: String, _ text: String?) async throws {
        let key = ObjectKey.configMap(AgentSet.settingsName, in: AgentSet.namespace)
        try await patch(key, ["metadata": ["annotations": [annotation: text.map { .string($0) } ?? .null]]])
    }

    /// Waits until `holds` is true; fails after 90 seconds.
    package func wait(until holds: @escaping @Sendable (AgentWorld) async throws -> Bool) async throws {
        try await withDeadline(.seconds(90)) {
            while !(try await holds(self)) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    /// Waits until a ConfigMap's value is `value`.
    package func wait(for key: ObjectKey, value: JSONValue) async throws {
        try await wait(for: key) { $0?.json["data"]?["value"] == value }
    }

    /// Makes an object as somebody else would.
    package func create(_ object: KubernetesObject) async throws {
        try await client.create(object, fieldManager: "somebody")
    }

    /// Waits until `holds` is true of the object under `key`; fails after 90 seconds.
    package func wait(
        for key: ObjectKey,
        _ version: String = "v1",
        until holds: @escaping @Sendable (KubernetesObject?) -> Bool
    ) async throws {
        try await withDeadline(.seconds(90)) {
            while !holds(try await find(key, version)) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }
}

/// The system's time, and what a test adds to it.
package final class TestClock: Sendable {
    private let offset = Atomic<Int64>(0)

    package init() {}

    package var now: UnixTime { UnixTime.now() + .milliseconds(offset.load(ordering: .relaxed)) }

    package func advance(by time: Duration) { offset.add(time.wholeMilliseconds, ordering: .relaxed) }
}

/// Counts from several tasks.
package final class PauseCount: Sendable {
    private let state = Mutex((count: 0, longest: Duration.zero, shortest: Duration?.none))

    package init() {}

    package var count: Int { state.withLock { $0.count } }
    /// The longest pause that was asked for.
    package var longest: Duration { state.withLock { $0.longest } }
    /// The shortest pause that was asked for; `nil` before the first.
    package var shortest: Duration? { state.withLock { $0.shortest } }

    package func add(_ pause: Duration) {
        state.withLock { state in
            state.count += 1
            state.longest = max(state.longest, pause)
            state.shortest = min(state.shortest ?? pause, pause)
        }
    }
}
