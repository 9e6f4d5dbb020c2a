import Observability
import Testing

@Suite struct MetricsRegistryTests {
    @Test("writes counters, gauges and histograms in Prometheus' text format")
    func exposition() {
        let registry = MetricsRegistry()
        let requests = registry.counter("otomi_requests_total", help: "Requests.")
        requests.increment(("route", "/a"), ("code", "200"))
        requests.increment(by: 2, ("route", "/a"), ("code", "200"))
        requests.increment(("route", "/b\"\\\n"))
        registry.gauge("otomi_clusters", help: "Clusters.").set(3)
        let durations = registry.histogram("otomi_apply_seconds", help: "Applying.", bounds: [0.1, 1])
        durations.observe(.milliseconds(50))
        durations.observe(0.5)
        durations.observe(7)
        #expect(
            registry.exposition() == """
                # HELP otomi_apply_seconds Applying.
                # TYPE otomi_apply_seconds histogram
                otomi_apply_seconds_bucket{le="0.1"} 1
                otomi_apply_seconds_bucket{le="1"} 2
                otomi_apply_seconds_bucket{le="+Inf"} 3
                otomi_apply_seconds_sum 7.55
                otomi_apply_seconds_count 3
                # HELP otomi_clusters Clusters.
                # TYPE otomi_clusters gauge
                otomi_clusters 3
                # HELP otomi_requests_total Requests.
                # TYPE otomi_requests_total counter
                otomi_requests_total{route="/a",code="200"} 3
                otomi_requests_total{route="/b\\"\\\\\\n"} 1
                # HELP otomi_metrics_dropped_total Updates that would have exceeded the bound on series.
                # TYPE otomi_metrics_dropped_total counter
                otomi_metrics_dropped_total 0

                """
        )
    }

    @Test("bounds the series of a family and counts what it dropped")
    func bound() {
        let registry = MetricsRegistry()
        let counter = registry.counter("otomi_x_total", help: "X.")
        for index in 0..<(MetricsRegistry.maximumSeriesPerFamily + 5) { counter.increment(("n", String(index))) }
        #expect(registry.exposition().contains("otomi_metrics_dropped_total 5\n"))
    }
}
