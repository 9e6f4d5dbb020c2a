/// Results by what they were computed from, in a bounded space.
///
/// There are two generations. When the young one is full it becomes the old one, and what was not asked for since is
/// forgotten with the generation before: every operation costs the same, however much is remembered.
struct GenerationalMemo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let cost: Int
    }

    private let maximumCost: Int
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]
    private var youngCost = 0

    /// Remembers results of at most this cost in all; with 0, nothing.
    init(maximumCost: Int) {
        self.maximumCost = maximumCost
    }

    mutating func value(for key: Key) -> Value? {
        if let entry = young[key] { return entry.value }
        guard let entry = old.removeValue(forKey: key) else { return nil }
        insert(entry.value, for: key, cost: entry.cost)
        return entry.value
    }

    /// Remembers a result; one that alone takes more than a generation's space is not remembered.
    mutating func insert(_ value: Value, for key: Key, cost: Int) {
        remove(key)
        guard cost <= maximumCost / 2 else { return }
        if youngCost + cost > maximumCost / 2 {
            old = young
            young = [:]
            youngCost = 0
        }
        young[key] = Entry(value: value, cost: cost)
        youngCost += cost
    }

    mutating func remove(_ key: Key) {
        old[key] = nil
        if let entry = young.removeValue(forKey: key) { youngCost -= entry.cost }
    }
}
