import Concurrency
import Kubernetes
import Observability

/// What the agent says of itself to those who watch it.
package actor AgentStatus {
    /// What there is once the agent is enrolled.
    struct Parts {
        let reconciler: Reconciler
        let follower: BundleFollower
        let reporter: Reporter
        let cluster: ClusterAPI
    }

    /// How long an answer of the API server counts.
    private static let memory = Duration.seconds(5)
    /// How long the API server may take to answer.
    private static let patience = Duration.seconds(2)

    package nonisolated let metrics: AgentMetrics
    package nonisolated let pulse: AgentPulse
    nonisolated let contact = MeteredHub.Contact()
    private let environment: AgentEnvironment
    private var parts: Parts?
    private var reached: (at: UnixTime, fault: String?)?

    package init(version: String, environment: AgentEnvironment, pulse: AgentPulse = AgentPulse()) {
        metrics = AgentMetrics(version: version)
        self.pulse = pulse
        self.environment = environment
    }

    nonisolated func metered(_ hub: any HubConnection) -> MeteredHub {
        MeteredHub(hub: hub, metrics: metrics, pulse: pulse, contact: contact, environment: environment)
    }

    /// Takes up that the agent is enrolled and has begun its work.
    func begin(_ parts: Parts) {
        self.parts = parts
    }

    /// The answer to a path of the status server; `nil` when there is nothing there.
    package func answer(_ path: String) async -> StatusAnswer? {
        switch path {
        case "/metrics":
            await measure()
            return .metrics(metrics.registry)
        case "/readyz": return await readiness()
        default: return nil
        }
    }

    private func readiness() async -> StatusAnswer {
        guard let parts else { return .unavailable("not enrolled yet") }
        if let fault = await unreachable(parts.cluster) { return .unavailable("the API server: \(fault)") }
        guard await parts.reconciler.isInventoryOpen else { return .unavailable("the inventory is not read yet") }
        return .ok
    }

    /// Why the API server cannot be reached, asked at most every few seconds; `nil` when it can.
    private func unreachable(_ cluster: ClusterAPI) async -> String? {
        let now = environment.now()
        if let reached, now >= reached.at, now - reached.at < Self.memory { return reached.fault }
        var fault: String?
        do { _ = try await withDeadline(Self.patience) { try await cluster.client.version() } } catch {
            fault = BoundedText.cut("\(error)")
        }
        reached = (now, fault)
        return fault
    }

    private func measure() async {
        metrics.process.refresh()
        if let last = contact.last { metrics.hubContactAge.set(seconds(environment.now() - last)) }
        guard let parts else { return }
        metrics.show(await parts.reconciler.sample)
        metrics.trustExpiry.set(Double(await parts.follower.expires))
        metrics.reportsWaiting.set(Double(await parts.reporter.waiting))
    }

    private func seconds(_ duration: Duration) -> Double { Double(duration.wholeMilliseconds) / 1_000 }
}
