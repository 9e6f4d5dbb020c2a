import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import ClusterSimulator
import Concurrency
import JSON
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// How long a report says that nothing can be done.
@Suite struct ObstacleTests {
    private func layer(_ names: String...) -> ScriptedHub.Layer {
        ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")] + names.map { .configMap($0) })
    }

    @Test("it is told that things go on while the pass after an obstacle is still under way") func takenBack()
        async throws
    {
        try await AgentWorld.with { world in
            let (recovered, released) = (Signal(), Signal())
            try await world.hub.publish([layer("a")])
            try await world.agent {
                try await world.hub.inSync(1)
                world.cluster.faults.add(
                    FaultPlan.Rule(.refuse(status: 403)) {
                        recovered.version == 0 && $0.method == "PATCH" && $0.path.hasSuffix("/\(AgentSet.chunkName(0))")
                    }
                )
                world.cluster.faults.add(
                    FaultPlan.Rule(.wait(for: released)) {
                        $0.method == "PATCH" && $0.path.hasSuffix("/configmaps/slow")
                    }
                )
                try await world.hub.publish([layer("a", "quick", "slow")])
                let blocked = try await world.hub.report { $0.state == .outOfSync }
                #expect(blocked.layers.first?.message.contains("the inventory cannot be written") == true)
                let before = await world.hub.reports.count
                recovered.notify()
                let report = try? await world.hub.report(after: before) { $0.state == .progressing }
                released.notify()
                #expect(report?.generation == 1)
                try await world.hub.inSync(2)
            }
        }
    }

    @Test("one from before the first bundle does not outlast its cause") func beforeTheFirstBundle() async throws {
        try await AgentWorld.with { world in
            let recovered = Signal()
            world.cluster.faults.add(
                FaultPlan.Rule(.refuse(status: 403)) {
                    recovered.version == 0 && $0.path.hasSuffix("/\(AgentSet.namespace)/configmaps")
                        && $0.parameter("labelSelector") != nil
                }
            )
            try await world.agent {
                try await world.hub.report { $0.state == .outOfSync }
                let before = await world.hub.reports.count
                recovered.notify()
                try await world.hub.report(after: before) { $0.state == .inSync }
            }
        }
    }
}
