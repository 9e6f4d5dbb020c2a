import Synchronization

extension MetricsRegistry {
    /// The media type of `exposition()` (Prometheus text format 0.0.4).
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics in Prometheus' text format, families and series in a stable order.
    package func exposition() -> String {
        let (families, dropped) = state.withLock { ($0.families, $0.dropped) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                text += Self.lines(name, labels, series, family)
            }
        }
        text += "# HELP otomi_metrics_dropped_total Updates that would have exceeded the bound on series.\n"
        text += "# TYPE otomi_metrics_dropped_total counter\notomi_metrics_dropped_total \(dropped)\n"
        return text
    }

    private static func lines(_ name: String, _ labels: String, _ series: Series, _ family: Family) -> String {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        guard family.kind == .histogram else { return "\(name)\(braces) \(number(series.value))\n" }
        let separator = labels.isEmpty ? "" : ","
        var text = ""
        for (bound, count) in zip(family.bounds, series.buckets) {
            text += "\(name)_bucket{\(labels)\(separator)le=\"\(number(bound))\"} \(count)\n"
        }
        text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(series.count)\n"
        text += "\(name)_sum\(braces) \(number(series.value))\n\(name)_count\(braces) \(series.count)\n"
        return text
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }
}
