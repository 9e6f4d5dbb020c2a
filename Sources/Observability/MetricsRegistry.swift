import Synchronization

/// The metrics of one process, written in Prometheus' text format.
///
/// Families are declared once with their help text; series come into being when first touched. The number of series per
/// family is bounded, so that a label taken from outside cannot exhaust memory.
package final class MetricsRegistry: Sendable {
    /// How many series one family may hold; further label sets are counted under `otomi_metrics_dropped_total`.
    package static let maximumSeriesPerFamily = 2_000

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    struct Family {
        let kind: Kind
        let help: String
        let bounds: [Double]
        var series: [String: Series] = [:]

        /// Changes one series in place: whoever hands the whole family on instead makes a copy of all its series.
        ///
        /// - Returns: false where there are as many series as there may be, and this is none of them.
        mutating func update(_ key: String, _ change: (inout Series, _ bounds: [Double]) -> Void) -> Bool {
            if let index = series.index(forKey: key) {
                change(&series.values[index], bounds)
                return true
            }
            guard series.count < MetricsRegistry.maximumSeriesPerFamily else { return false }
            var new = Series()
            change(&new, bounds)
            series[key] = new
            return true
        }
    }

    struct Series {
        var value = 0.0
        var buckets: [UInt64] = []
        var count: UInt64 = 0
    }

    struct State {
        var families: [String: Family] = [:]
        var dropped: UInt64 = 0
    }

    let state = Mutex(State())

    package init() {}

    /// Declares a counter; its name ends in `_total`.
    package func counter(_ name: String, help: String) -> Counter {
        declare(name, Family(kind: .counter, help: help, bounds: []))
        return Counter(name: name, registry: self)
    }

    /// Declares a gauge.
    package func gauge(_ name: String, help: String) -> Gauge {
        declare(name, Family(kind: .gauge, help: help, bounds: []))
        return Gauge(name: name, registry: self)
    }

    /// Declares a histogram; durations are in seconds.
    package func histogram(_ name: String, help: String, bounds: [Double] = Histogram.durations) -> Histogram {
        declare(name, Family(kind: .histogram, help: help, bounds: bounds))
        return Histogram(name: name, registry: self)
    }

    private func declare(_ name: String, _ family: Family) {
        state.withLock { state in
            if state.families[name] == nil { state.families[name] = family }
        }
    }

    func update(_ name: String, _ labels: [(String, String)], _ change: (inout Series, _ bounds: [Double]) -> Void) {
        let key = Self.key(labels)
        state.withLock { state in
            guard let index = state.families.index(forKey: name) else { return }
            if !state.families.values[index].update(key, change) { state.dropped += 1 }
        }
    }

    private static func key(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return labels.map { "\($0)=\"\(escape($1))\"" }.joined(separator: ",")
    }

    private static func escape(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
        var result = ""
        for character in value {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
