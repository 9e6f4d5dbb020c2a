/// A dictionary that forgets what was not asked for the longest, once its bounds are reached.
struct LeastRecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let cost: Int
        var usedAt: UInt64
    }

    private let maximumCount: Int
    private let maximumCost: Int
    private var entries: [Key: Entry] = [:]
    private var cost = 0
    private var clock: UInt64 = 0

    init(maximumCount: Int, maximumCost: Int = .max) {
        self.maximumCount = maximumCount
        self.maximumCost = maximumCost
    }

    var count: Int { entries.count }

    mutating func value(for key: Key) -> Value? {
        clock += 1
        entries[key]?.usedAt = clock
        return entries[key]?.value
    }

    /// Remembers a value and forgets others until the bounds hold again.
    ///
    /// A value that alone exceeds the bound is not remembered.
    mutating func insert(_ value: Value, for key: Key, cost newCost: Int = 0) {
        remove(key)
        guard newCost <= maximumCost else { return }
        clock += 1
        entries[key] = Entry(value: value, cost: newCost, usedAt: clock)
        cost += newCost
        while entries.count > maximumCount || cost > maximumCost {
            guard let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })?.key else { return }
            remove(oldest)
        }
    }

    mutating func remove(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        cost -= entry.cost
    }
}
