package import Concurrency
package import Kubernetes

/// Which objects drifted of late and how often; bounded.
package struct DriftLedger: Hashable, Sendable {
    /// How many objects are remembered.
    package static let capacity = 100

    package struct Entry: Hashable, Sendable {
        package var count: Int
        package var last: UnixTime
        package var reason: String
    }

    package private(set) var entries: [ObjectKey: Entry] = [:]
    /// All restorations since the start.
    package private(set) var total = 0

    package init() {}

    /// Counts one drift of `key`.
    package mutating func note(_ key: ObjectKey, _ reason: String, at now: UnixTime) {
        total += 1
        entries[key] = Entry(count: (entries[key]?.count ?? 0) + 1, last: now, reason: reason)
        guard entries.count > Self.capacity, let oldest = entries.min(by: { $0.value.last < $1.value.last }) else {
            return
        }
        entries[oldest.key] = nil
    }

    package mutating func forget(_ key: ObjectKey) {
        entries[key] = nil
    }

    /// The latest first.
    package var latest: [(key: ObjectKey, entry: Entry)] {
        entries.map { ($0.key, $0.value) }.sorted { ($0.entry.last, $1.key) > ($1.entry.last, $0.key) }
    }
}
