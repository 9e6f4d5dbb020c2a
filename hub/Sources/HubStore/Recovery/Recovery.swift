package import Concurrency

/// The time from which the database is known to be older than its fleet until an operator says that all is well.
package struct Recovery: Hashable, Sendable {
    /// What the fleet's state was taken for restored by.
    package enum Cause: String, Sendable {
        /// The hub's own memory beside the database.
        case memory
        /// Several agents.
        case agents
        /// A person.
        case `operator`
    }

    package let cause: Cause
    /// What was found, in one sentence.
    package let detail: String
    package let openedAt: UnixTime
    /// The latest revision that the restored database had.
    package let baseRevision: Int64
    /// The last entry of the audit log that it had.
    package let baseAudit: Int64
}

/// What is to be known of a recovery at one glance.
package struct RecoverySummary: Hashable, Sendable {
    /// `nil` when the fleet is not in recovery; single clusters may be restrained all the same.
    package let recovery: Recovery?
    package let counts: [RestrainedCluster.State: Int64]
    /// The highest revision that was made, as far as anybody remembers, if it is higher than the latest that is stored.
    package let lostRevision: Int64?
    /// The highest entry of the audit log that agents have heard of, if it is higher than the last that is stored.
    package let lostAudit: Int64?
    /// The newest root that agents trust, if it is newer than the newest that is stored.
    package let lostRoot: Int64?
    /// The latest revision that is stored.
    package let latestRevision: Int64

    /// Whether there is nothing to tell.
    package var isQuiet: Bool { recovery == nil && counts.isEmpty }
}

/// What became of an operator's word that ends a recovery.
package struct RecoveryOutcome: Hashable, Sendable {
    /// The clusters to which is issued again, by name.
    package let released: [String]
    /// The clusters that wait for a word of their own, by name.
    package let waiting: [String]
    /// The revision that marks the lost ones in the history; `nil` when none is lost.
    package let marker: Int64?
}
