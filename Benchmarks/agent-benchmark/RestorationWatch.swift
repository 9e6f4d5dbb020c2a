import Concurrency
import JSON
import Kubernetes
import Synchronization

/// Tells when an object that was disturbed is as it was.
final class RestorationWatch: Sendable {
    private struct State {
        var isDisturbed = false
        var restoredAt: ContinuousClock.Instant?
    }

    private let states = Mutex<[String: State]>([:])
    private let changed = Signal()
    private let client: KubernetesClient
    private let namespace: String
    private let value: JSONValue

    /// Watches the ConfigMaps of `namespace`, whose `data.value` should be `value`.
    init(_ client: KubernetesClient, namespace: String, value: String) {
        self.client = client
        self.namespace = namespace
        self.value = .string(value)
    }

    /// Watches until the task is cancelled.
    func run() async {
        let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
        for await event in client.watch(type, namespace: namespace) {
            switch event {
            case .listFinished: changed.notify()
            case .applied(let object): note(object.name, isRight: object.json["data"]?["value"] == value)
            case .deleted(let object): note(object.name, isRight: false)
            case .listStarted, .listed, .fellBehind, .interrupted: continue
            }
        }
    }

    private func note(_ name: String, isRight: Bool) {
        states.withLock { states in
            guard var state = states[name] else { return }
            if isRight { state.restoredAt = state.isDisturbed ? .now : nil } else { state.isDisturbed = true }
            states[name] = state
        }
        changed.notify()
    }

    /// Waits until the watch has its first list.
    func ready() async throws {
        try await withDeadline(.seconds(30)) { [changed] in
            _ = await changed.wait(after: 0)
            try Task.checkCancellation()
        }
    }

    /// How long after the beginning of `disturb` the object `name` was as it should be again.
    func time(of name: String, _ disturb: () async throws -> Void) async throws -> Duration {
        states.withLock { $0[name] = State() }
        defer { states.withLock { $0[name] = nil } }
        let start = ContinuousClock.now
        try await disturb()
        let end = try await withDeadline(.seconds(60)) { [self] in
            while true {
                let version = changed.version
                if let instant = states.withLock({ $0[name]?.restoredAt }) { return instant }
                _ = await changed.wait(after: version)
                try Task.checkCancellation()
            }
        }
        return start.duration(to: end)
    }
}
