import ClusterSimulator
import JSON
import KubernetesTestSupport
import Testing

@Suite struct FaultPlanTests {
    @Test("a rule meets only the requests it names, as often as it says")
    func counting() {
        let plan = FaultPlan([
            FaultPlan.Rule(.drop, times: 2, every: 2) { $0.method == "PATCH" }
        ])
        let effects = (0..<6).map { _ in plan.effects(on: APIRequest("PATCH", "/a")).count }
        #expect(effects == [0, 1, 0, 1, 0, 0])
        #expect(plan.effects(on: APIRequest("GET", "/a")).isEmpty)
    }

    @Test("refusals, broken connections and lost answers reach the client")
    func overTheWire() async throws {
        let cluster = try await TestCluster.simulated()
        cluster.faults.add(FaultPlan.Rule(.refuse(status: 429, retryAfter: 1), times: 1))
        let refused = try await cluster.send("GET", "/api/v1/namespaces")
        #expect(refused.status == 429)
        #expect(refused.reason == "TooManyRequests")
        // A client may repeat a request once by itself when a kept connection turns out to be closed.
        cluster.faults.add(FaultPlan.Rule(.drop, times: 2) { $0.path == "/version" })
        await #expect(throws: (any Error).self) { try await cluster.send("POST", "/version", [:]) }
        cluster.faults.add(FaultPlan.Rule(.dropAnswer, times: 2) { $0.method == "POST" })
        let path = "/api/v1/namespaces/default/configmaps"
        await #expect(throws: (any Error).self) { try await cluster.send("POST", path, Sample.configMap("a", [:])) }
        cluster.faults.clear()
        #expect(try await cluster.send("GET", "\(path)/a").status == 200)
    }
}
