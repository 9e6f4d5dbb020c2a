import AgentWorldSupport
import ClusterSimulator
import KubernetesTestSupport
import Synchronization

/// The requests that a simulated cluster was sent since the log was begun.
final class RequestLog: Sendable {
    private let lines = Mutex<[String]>([])

    init(of cluster: TestCluster) {
        cluster.faults.add(
            FaultPlan.Rule(.delay(.zero)) { [self] request in
                lines.withLock { $0.append("\(request.method) \(request.path)") }
                return false
            }
        )
    }

    var all: [String] { lines.withLock { $0 } }
    var reads: [String] { all.filter { $0.hasPrefix("GET") } }
    var writes: [String] { all.filter { !$0.hasPrefix("GET") } }
}
