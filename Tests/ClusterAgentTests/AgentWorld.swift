import Concurrency
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

    /// The version of the newest write of anybody on the cluster.
    func revision() async throws -> String {
        try await client.list(GroupVersionKind(version: "v1", kind: "Namespace")).resourceVersion
    }

    /// Runs an agent as long as `body` runs, then stops it and waits for its end.
    func agent(
        token: String? = ScriptedHub.token,
        now: @escaping WallClock = { UnixTime.now() },
        log: Logger? = nil,
        configure: (inout AgentConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        var silent = Logger(label: "test.agent")
        silent.logLevel = .critical
        let logger = log ?? silent
        var configuration = AgentConfiguration(
            hub: "http://hub.test",
            token: token,
            stateDirectory: stateDirectory,
            cluster: cluster.configuration,
            version: "test"
        )
        configuration.enrolmentAttempts = 3
        configure(&configuration)
        // Pauses are short, so that no test waits for a back-off.
        let environment = AgentEnvironment(
            now: now,
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

/// Counts from several tasks.
final class PauseCount: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add() { value.add(1, ordering: .relaxed) }
}
