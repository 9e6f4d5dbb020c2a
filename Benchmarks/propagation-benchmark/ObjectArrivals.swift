import Concurrency
import JSON
import Kubernetes
import Synchronization

/// Notes when a watch on the API server first shows each state of the benchmark's quota.
final class ObjectArrivals: Sendable {
    private let seen = Mutex<[String: ContinuousClock.Instant]>([:])
    private let changed = Signal()
    private let client: KubernetesClient

    init(_ client: KubernetesClient) {
        self.client = client
    }

    /// Watches until the task is cancelled.
    func run() async {
        let type = GroupVersionKind(apiVersion: "v1", kind: "ResourceQuota")
        for await event in client.watch(type, namespace: "team-bench") {
            guard case .applied(let object) = event,
                let pods = object.json["spec"]?["hard"]?["pods"]?.stringValue
            else { continue }
            let now = ContinuousClock.now
            seen.withLock { if $0[pods] == nil { $0[pods] = now } }
            changed.notify()
        }
    }

    /// When the quota was first seen with this number of pods.
    func arrival(ofPods pods: String) async throws -> ContinuousClock.Instant {
        try await withDeadline(.seconds(30)) { [self] in
            while true {
                let version = changed.version
                if let instant = seen.withLock({ $0[pods] }) { return instant }
                _ = await changed.wait(after: version)
                try Task.checkCancellation()
            }
        }
    }
}
