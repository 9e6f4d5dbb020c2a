package import Concurrency
import Postgres

/// A cluster to which nothing is issued, or only above a floor.
package struct RestrainedCluster: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// Its agent has not spoken since the recovery began.
        case unheard
        /// Its agent has seen what the database does not know.
        case ahead
        /// An operator let the hub issue above what its agent has seen.
        case accepted
        /// An operator does not believe its agent.
        case dismissed
    }

    package let name: String
    package let state: State
    package let since: UnixTime
    package let notedAt: UnixTime?
    /// What is stored.
    package let stored: SeenCounters
    /// What its agent has seen.
    package let seen: SeenCounters
    /// When the metadata that its agent has expires, as far as the database knows, in seconds since 1970.
    package let expires: Int64?
    package let lastSeen: UnixTime?
    package let decidedBy: String?

    /// Whether its agent claims more than a backup of any sensible age would explain.
    package var isImplausible: Bool {
        state == .ahead
            && (seen.generation - stored.generation > RecoveryLimits.plausibleStep
                || seen.timestamp - stored.timestamp > RecoveryLimits.plausibleStep
                || seen.revision - stored.revision > RecoveryLimits.plausibleStep)
    }

    /// Whether its agent trusts a root that is not stored: what is signed here may mean nothing to it.
    package var isRootAhead: Bool { seen.root > stored.root }
}

extension RestrainedCluster {
    init(row: PostgresRow) throws {
        let text: String = try row.get("state")
        guard let state = State(rawValue: text) else {
            throw StoreError(.internal, "a restrained cluster has the unknown state '\(text)'")
        }
        self.init(
            name: try row.get("name"),
            state: state,
            since: try row.get("since"),
            notedAt: try row.get("noted_at"),
            stored: SeenCounters(
                timestamp: try row.get("timestamp_version"),
                generation: try row.get("generation"),
                revision: try row.get("latest_revision"),
                root: try row.get("newest_root"),
                audit: try row.get("latest_audit")
            ),
            seen: SeenCounters(
                timestamp: try row.get("seen_timestamp"),
                generation: try row.get("seen_generation"),
                revision: try row.get("seen_revision"),
                root: try row.get("seen_root"),
                audit: try row.get("seen_audit")
            ),
            expires: try row.get("timestamp_expires"),
            lastSeen: try row.get("last_seen"),
            decidedBy: try row.get("decided_by")
        )
    }
}
