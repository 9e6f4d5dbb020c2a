import Postgres

/// What a cluster's next publication must be above, because its agent has seen that much; 0 for an ordinary cluster.
package struct CounterFloors: Hashable, Sendable {
    package let generation: Int64
    package let timestamp: Int64

    package init(generation: Int64 = 0, timestamp: Int64 = 0) {
        self.generation = generation
        self.timestamp = timestamp
    }
}

extension CounterFloors {
    /// Reads the columns of `HubStore.floorColumns`.
    init(row: PostgresRow) throws {
        self.init(
            generation: try row.get("floor_generation", as: Int64?.self) ?? 0,
            timestamp: try row.get("floor_timestamp", as: Int64?.self) ?? 0
        )
    }
}

extension PublicationState {
    /// The version of the next timestamp.
    package var nextTimestampVersion: Int64 { max(timestampVersion, floors.timestamp) + 1 }

    /// Whether what is out is not above what its agent has seen, so that it must be issued anew although it says the same.
    package var isBelowFloor: Bool { cluster.generation <= floors.generation || timestampVersion <= floors.timestamp }
}
