/// Durations of one kind of step, and what people ask of them.
struct Samples {
    private var milliseconds: [Double] = []

    var count: Int { milliseconds.count }

    mutating func add(_ duration: Duration) {
        let parts = duration.components
        milliseconds.append(Double(parts.seconds) * 1_000 + Double(parts.attoseconds) / 1e15)
    }

    /// The value that `fraction` of the samples do not exceed (nearest rank).
    func percentile(_ fraction: Double) -> Double {
        let sorted = milliseconds.sorted()
        guard !sorted.isEmpty else { return .nan }
        let rank = Int((fraction * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)]
    }
}
