/// Results by what they were computed from, in a bounded space.
///
/// There are two generations. When the young one is full it becomes the old one, and what was not asked for since is
/// forgotten with the generation before: every operation costs the same, however much is remembered.
struct GenerationalMemo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let maximumCost: Int
    private var young: [Key: (value: Value, cost: Int)] = [:]
    private var old: [Key: (value: Value, cost: Int)] = [:]
    private var youngCost = 0

    /// Remembers results of at most this cost in all.
    init(maximumCost: Int) {
        self.maximumCost = maximumCost
    }

    mutating func value(for key: Key) -> Value? {
        if let entry = young[key] { return entry.value }
        guard let entry = old.removeValue(forKey: key) else { return nil }
        insert(entry.value, for: key, cost: entry.cost)
        return entry.value
    }

    mutating func insert(_ value: Value, for key: Key, cost: Int) {
        // A tenth of the space a result, or its insertion would forget all others.
        guard cost <= maximumCost / 10 else { return }
        if youngCost + cost > maximumCost / 2 {
            old = young
            young = [:]
            youngCost = 0
        }
        if let replaced = young.updateValue((value, cost), forKey: key) { youngCost -= replaced.cost }
        youngCost += cost
    }
}
