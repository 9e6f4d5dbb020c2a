import Kubernetes
package import Observability

/// Everything the agent measures, in one place.
package struct AgentMetrics: Sendable {
    package let registry: MetricsRegistry
    let generation: Gauge
    let desiredGeneration: Gauge
    let objects: Gauge
    let applies: Counter
    let applyDuration: Histogram
    let passes: Counter
    let driftCorrected: Counter
    let driftedObjects: Gauge
    let pruned: Counter
    let held: Gauge
    let pendingDeletions: Gauge
    let fights: Gauge
    let trustExpiry: Gauge
    let hubContactAge: Gauge
    let hubCalls: Counter
    let reportsWaiting: Gauge
    let watchInterruptions: Counter
    let unhealthy: Gauge
    let process: ProcessMetrics

    package init(version: String = "") {
        registry = MetricsRegistry()
        let registry = registry
        generation = registry.gauge("otomi_agent_generation", help: "The generation that is applied.")
        desiredGeneration = registry.gauge("otomi_agent_desired_generation", help: "The generation that is wanted.")
        objects = registry.gauge("otomi_agent_objects", help: "Declared objects by state.")
        applies = registry.counter("otomi_agent_applies_total", help: "Applies of objects by result.")
        applyDuration = registry.histogram(
            "otomi_agent_apply_duration_seconds",
            help: "How long one apply took, retries included."
        )
        passes = registry.counter("otomi_agent_passes_total", help: "Passes over the cluster by result.")
        driftCorrected = registry.counter("otomi_agent_drift_corrected_total", help: "Objects that were restored.")
        driftedObjects = registry.gauge(
            "otomi_agent_drifted_objects",
            help: "Objects that drifted of late, by kind."
        )
        pruned = registry.counter("otomi_agent_pruned_total", help: "Objects that were deleted.")
        pendingDeletions = registry.gauge(
            "otomi_agent_pending_deletions",
            help: "Deletions that wait for a person's confirmation."
        )
        fights = registry.gauge(
            "otomi_agent_fights",
            help: "Fields and objects left to others that keep changing them."
        )
        held = registry.gauge("otomi_agent_held_deletions", help: "Objects that left the bundle and were kept.")
        trustExpiry = registry.gauge(
            "otomi_agent_trust_expiry_timestamp_seconds",
            help: "When the trusted metadata expires."
        )
        hubContactAge = registry.gauge("otomi_agent_hub_contact_age_seconds", help: "Time since the hub last answered.")
        hubCalls = registry.counter("otomi_agent_hub_requests_total", help: "Requests to the hub by call and result.")
        reportsWaiting = registry.gauge("otomi_agent_reports_waiting", help: "Reports that the hub has not got yet.")
        watchInterruptions = registry.counter(
            "otomi_agent_watch_interruptions_total",
            help: "Watches that broke off and were begun again, by kind."
        )
        unhealthy = registry.gauge("otomi_agent_health_watched_objects", help: "Objects that are not ready.")
        process = ProcessMetrics(registry)
        registry.gauge("otomi_agent_build_info", help: "The version of the agent; always 1.")
            .set(1, ("version", version))
    }

    /// Measures one apply.
    func measuring(_ apply: () async -> ApplyAnswer) async -> ApplyAnswer {
        let start = ContinuousClock.now
        let answer = await apply()
        applyDuration.observe(start.duration(to: .now))
        applies.increment(("result", answer.word))
        return answer
    }

    /// Counts a pass.
    func note(_ pass: PassLog) {
        let result = pass.wasCutShort ? "superseded" : pass.obstacle != nil ? "obstacle" : "complete"
        passes.increment(("result", result))
    }

    /// Counts that the watch of a kind broke off.
    func noteInterruption(of kind: GroupVersionKind) {
        watchInterruptions.increment(("kind", kind.groupKind.description))
    }

    /// Enters what the reconciler says of itself.
    func show(_ sample: Reconciler.Sample) {
        generation.set(Double(sample.generation))
        desiredGeneration.set(Double(sample.desiredGeneration))
        for (state, count) in sample.objects { objects.set(Double(count), ("state", state)) }
        driftCorrected.raise(to: Double(sample.driftCorrected))
        for (kind, count) in sample.driftedKinds { driftedObjects.set(Double(count), ("kind", kind)) }
        pruned.raise(to: Double(sample.pruned))
        held.set(Double(sample.held))
        pendingDeletions.set(Double(sample.pendingDeletions))
        fights.set(Double(sample.fights))
        unhealthy.set(Double(sample.healthWatched))
    }
}

extension ApplyAnswer {
    /// One word for metrics.
    fileprivate var word: String {
        switch self {
        case .applied: "applied"
        case .waiting(let obstacle, _), .failed(let obstacle, _): obstacle.rawValue
        case .unavailable: "unavailable"
        }
    }
}
