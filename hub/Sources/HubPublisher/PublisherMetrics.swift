import Observability

/// What the publisher counts.
struct PublisherMetrics: Sendable {
    let publications: Counter
    let passDuration: Histogram
    let blocked: Gauge

    init(_ registry: MetricsRegistry) {
        publications = registry.counter(
            "otomi_hub_publications_total",
            help: "Publications by outcome: published, unchanged, blocked, stale, failed, resigned."
        )
        passDuration = registry.histogram(
            "otomi_hub_publish_pass_duration_seconds",
            help: "How long it took to publish every cluster that was waiting."
        )
        blocked = registry.gauge(
            "otomi_hub_publications_blocked",
            help: "Clusters whose values have faults, so that their bundle stays as it is."
        )
    }
}
