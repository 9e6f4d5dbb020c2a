/// A number that only rises.
package struct Counter: Sendable {
    let name: String
    let registry: MetricsRegistry

    /// Adds `amount`, which is not negative, to the series with these labels.
    package func increment(by amount: Double = 1, _ labels: (String, String)...) {
        registry.update(name, labels) { series, _ in series.value += max(0, amount) }
    }

    /// Takes over a total that is counted elsewhere; a lower one than before does not count.
    package func raise(to total: Double, _ labels: (String, String)...) {
        registry.update(name, labels) { series, _ in series.value = max(series.value, total) }
    }
}

/// A number that rises and falls.
package struct Gauge: Sendable {
    let name: String
    let registry: MetricsRegistry

    /// Sets the series with these labels.
    package func set(_ value: Double, _ labels: (String, String)...) {
        registry.update(name, labels) { series, _ in series.value = value }
    }
}

/// How often values fell below each of some bounds.
package struct Histogram: Sendable {
    /// Bounds for durations in seconds, from a round trip on the same machine to a slow request.
    package static let durations: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    let name: String
    let registry: MetricsRegistry

    /// Counts one value in the series with these labels.
    package func observe(_ value: Double, _ labels: (String, String)...) {
        record(value, labels)
    }

    /// Counts a duration in seconds.
    package func observe(_ duration: Duration, _ labels: (String, String)...) {
        let parts = duration.components
        record(Double(parts.seconds) + Double(parts.attoseconds) / 1e18, labels)
    }

    private func record(_ value: Double, _ labels: [(String, String)]) {
        registry.update(name, labels) { series, bounds in
            if series.buckets.isEmpty { series.buckets = Array(repeating: 0, count: bounds.count) }
            for (index, bound) in bounds.enumerated() where value <= bound { series.buckets[index] += 1 }
            series.count += 1
            series.value += value
        }
    }
}
