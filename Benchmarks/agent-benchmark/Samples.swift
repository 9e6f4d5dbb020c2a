/// Durations of one kind of step, in seconds.
struct Samples {
    private var seconds: [Double] = []

    mutating func add(_ duration: Duration) {
        let parts = duration.components
        seconds.append(Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
    }

    mutating func add(_ value: Double) {
        seconds.append(value)
    }

    /// The value that `fraction` of the samples do not exceed (nearest rank).
    func percentile(_ fraction: Double) -> Double {
        let sorted = seconds.sorted()
        guard !sorted.isEmpty else { return .nan }
        let rank = Int((fraction * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)]
    }

    /// Percentiles for people.
    func milliseconds(_ fractions: Double...) -> String {
        let figures = fractions.map { "p\(Int($0 * 100)) \(rounded(percentile($0) * 1_000)) ms" }
        return "\(figures.joined(separator: "  "))  (\(seconds.count) samples)"
    }
}
