import AgentProtocol
import AgentTestSupport
import Bundles
import ClusterAgent
import Concurrency
import Foundation
import JSON
import Kubernetes
import KubernetesTestSupport

/// The API server, the hub and the three who apply.
struct Stage: Sendable {
    let cluster: TestCluster
    let api: KubernetesClient
    let hub: ScriptedHub
    let folder: URL

    private var kubeconfig: URL { folder.appending(path: "kubeconfig") }

    func prepare() async throws {
        try cluster.kubeconfig.write(to: kubeconfig, atomically: true, encoding: .utf8)
    }

    func startAgent(_ program: URL, hubPort: Int) async throws -> AgentProcess {
        let agent = try AgentProcess(
            program,
            [
                "run", "--hub", "http://127.0.0.1:\(hubPort)", "--state-dir", folder.appending(path: "state").path,
                "--kubeconfig", kubeconfig.path, "--token", ScriptedHub.token, "--log-level", "error",
            ],
            log: folder.appending(path: "agent.log")
        )
        try await hub.publish([])
        _ = try await hub.inSync(1)
        return agent
    }

    // MARK: - Applying

    /// Lets each of the three apply a set of their own: first, again, and with every object changed.
    func round(
        _ round: Int,
        objects count: Int,
        _ agent: AgentProcess,
        _ rates: inout RateTable,
        _ processor: inout Samples
    ) async throws {
        for step in Step.allCases {
            for contender in Contender.allCases.rotated(by: round) {
                let set = ObjectSet(namespace: "\(contender.rawValue)-\(round)", count: count, value: step.value)
                if step == .first { try await makeNamespace(set.namespace) }
                let writes = try await APIServerCounts.writes(api)
                let before = try agent.use().processorSeconds
                let time = try await time(contender, set)
                if contender == .agent, step == .first {
                    processor.add(
                        (try agent.use().processorSeconds - before) * 1_000 / Double(count)
                    )
                }
                let made = try await APIServerCounts.writes(api) - writes
                rates.add(contender, step, objects: count, time, writes: made)
            }
        }
    }

    private func time(_ contender: Contender, _ set: ObjectSet) async throws -> Duration {
        let clock = ContinuousClock()
        switch contender {
        case .bare:
            let client = try BareClient(cluster.configuration)
            let patches = set.patches
            let time = try await clock.measure { try await client.send(patches) }
            await client.shutDown()
            return time
        case .kubectl:
            let file = folder.appending(path: "\(set.namespace).json")
            try Data(set.list.serialized()).write(to: file)
            return try await clock.measure { try await apply(file) }
        case .agent:
            return try await clock.measure { try await publish(set) }
        }
    }

    private func makeNamespace(_ name: String) async throws {
        let type = GroupVersionKind(version: "v1", kind: "Namespace")
        try await api.create(KubernetesObject(type, name: name), fieldManager: "otomi-benchmark")
    }

    private func apply(_ file: URL) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/kubectl")
        process.arguments = [
            "--kubeconfig", kubeconfig.path, "apply", "--server-side", "--validate=false", "-f", file.path,
        ]
        process.standardOutput = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard process.terminationStatus == 0 else { throw Failure("kubectl ended with \(process.terminationStatus)") }
    }

    /// Publishes `set` beside the layers of earlier rounds and waits for the report that says that all is applied.
    private func publish(_ set: ObjectSet) async throws {
        let layer = ScriptedHub.Layer(name: set.namespace, objects: set.objects)
        let bundle = try await hub.publish(replacing: layer)
        let generation = bundle.generation
        try await hub.report(within: .seconds(300)) { $0.generation == generation && $0.state == .inSync }
    }

    /// Publishes further objects until the agent has `total`.
    func fill(to total: Int, have: Int) async throws {
        try await makeNamespace("agent-many")
        try await publish(ObjectSet(namespace: "agent-many", count: total - have, value: "1"))
    }

    // MARK: - Drift

    /// Edits and deletes managed objects by hand, one at a time, and takes the time until each is as it was.
    func drift(samples: Int) async throws -> [(String, Samples)] {
        var edits = Samples()
        var deletions = Samples()
        let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
        let namespace = "agent-1"
        let watch = RestorationWatch(api, namespace: namespace, value: Step.changed.value)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            try await watch.ready()
            for number in 0..<samples {
                let name = ObjectSet.name(of: number)
                edits.add(
                    try await watch.time(of: name) {
                        try await api.mergePatch(
                            type,
                            namespace: namespace,
                            name: name,
                            patch: ["data": ["value": "by hand"]],
                            fieldManager: "somebody"
                        )
                    }
                )
                deletions.add(
                    try await watch.time(of: name) { try await api.delete(type, namespace: namespace, name: name) }
                )
            }
            group.cancelAll()
        }
        return [("edited", edits), ("deleted", deletions)]
    }
}

/// Something that the benchmark cannot go on without.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
