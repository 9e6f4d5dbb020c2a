import FleetTestSupport
import HubAPI
import JSON
import Kubernetes
import KubernetesTestSupport
import Values

/// Measures how long a change takes from the hub to a cluster and back, beside a bare server-side apply as the limit.
///
/// One service of a team is changed `samples` times on an idle fleet of one cluster. The clock starts when the hub has
/// answered the commit, and stops when a watch on the API server shows the object, and when the hub shows the report.
@main
struct PropagationBenchmark {
    private static let samples = 100
    private static let warmUp = 10

    static func main() async throws {
        let wantsSimulator = CommandLine.arguments.contains("--simulator")
        let real = wantsSimulator ? nil : try await TestCluster.real()
        let cluster = if let real { real } else { try await TestCluster.simulated() }
        let api = try cluster.makeClient()
        try await World.with { @Sendable world in try await measure(world, cluster, api) }
    }

    private static func measure(_ world: World, _ cluster: TestCluster, _ api: KubernetesClient) async throws {
        try await world.enrol("bench", at: cluster)
        let client = try await world.client()
        try await change(0, client)
        try await world.wait(for: "bench")
        var toObject = Samples()
        var toReport = Samples()
        let arrivals = ObjectArrivals(api)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await arrivals.run() }
            for number in 1...(samples + warmUp) {
                let (object, report) = try await measure(number, client, arrivals)
                guard number > warmUp else { continue }
                toObject.add(object)
                toReport.add(report)
            }
            group.cancelAll()
        }
        let bare = try await bareApply(api)
        print(cluster.isReal ? "API server: kube-apiserver and etcd" : "API server: simulator")
        row("commit accepted → object changed", toObject)
        row("commit accepted → report stored", toReport)
        row("bare server-side apply round trip", bare)
        let ratio = toObject.percentile(0.5) / bare.percentile(0.5)
        print("object changed, as a multiple of the bare round trip (p50): \(rounded(ratio))")
    }

    private static func change(_ number: Int, _ client: HubClient) async throws {
        let team = DocumentID(kind: .team, name: "bench")
        let spec: JSONValue = ["resourceQuota": ["pods": .string(String(100 + number))]]
        _ = try await client.commit(CommitRequest(message: "Change \(number)", put: [Document(id: team, spec: spec)]))
    }

    private static func measure(
        _ number: Int,
        _ client: HubClient,
        _ arrivals: ObjectArrivals
    ) async throws -> (object: Duration, report: Duration) {
        async let arrival = arrivals.arrival(ofPods: String(100 + number))
        let before = try await client.status()
        try await change(number, client)
        let start = ContinuousClock.now
        var version = before.version
        var reported = start
        waiting: while true {
            guard let status = try await client.status(after: version, wait: .seconds(10)) else { continue }
            reported = .now
            version = status.version
            if status.clusters.allSatisfy({ $0.appliedRevision == $0.desiredRevision }) { break waiting }
        }
        return (start.duration(to: try await arrival), start.duration(to: reported))
    }

    private static func bareApply(_ client: KubernetesClient) async throws -> Samples {
        var result = Samples()
        for number in 0..<(samples + warmUp) {
            let object = KubernetesObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "bare", "namespace": "default"],
                "data": ["number": .string(String(number))],
            ])
            let start = ContinuousClock.now
            _ = try await client.serverSideApply(object, fieldManager: "otomi-benchmark", force: true)
            if number >= warmUp { result.add(start.duration(to: .now)) }
        }
        return result
    }

    private static func row(_ name: String, _ samples: Samples) {
        let figures = [0.5, 0.95, 0.99].map { "p\(Int($0 * 100)) \(rounded(samples.percentile($0))) ms" }
        print("\(name): \(figures.joined(separator: "  "))  (\(samples.count) samples)")
    }

    private static func rounded(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
