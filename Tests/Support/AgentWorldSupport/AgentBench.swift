import AgentTestSupport
import KubernetesTestSupport
package import Logging

@testable package import ClusterAgent

/// Parts of an agent that only a test drives.
package struct AgentBench: Sendable {
    package let reconciler: Reconciler
    package let layers: LayerStore
    package let environment: AgentEnvironment
    package let logger: Logger
}

extension AgentWorld {
    /// Runs `body` with parts of an agent that nobody else drives.
    package func bench(_ body: (AgentBench) async throws -> Void) async throws {
        var silent = Logger(label: "test.agent")
        silent.logLevel = .critical
        let environment = AgentEnvironment(
            now: { [clock] in clock.now },
            sleep: { try await Task.sleep(for: min($0, .milliseconds(50))) }
        )
        let api = try ClusterAPI(cluster.configuration, environment: environment)
        let state = try StateDirectory(path: stateDirectory)
        let layers = LayerStore(hub: hub, state: state, sealingKeys: [], clusterID: "cluster-1", logger: silent)
        do {
            let reconciler = Reconciler(
                cluster: api,
                clusterUID: try await api.uid(),
                layers: layers,
                state: state,
                environment: environment,
                logger: silent
            )
            try await body(
                AgentBench(reconciler: reconciler, layers: layers, environment: environment, logger: silent)
            )
        } catch {
            await api.shutDown()
            throw error
        }
        await api.shutDown()
    }
}
