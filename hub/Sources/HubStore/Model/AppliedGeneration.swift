package import Concurrency
import Postgres

/// One generation that was published for a cluster, and when its agent had it.
package struct AppliedGeneration: Hashable, Sendable {
    /// How many of them are kept of each cluster.
    package static let kept: Int64 = 200

    package let generation: Int64
    package let revision: Int64
    package let publishedAt: UnixTime
    /// When it was applied; `nil` while it is not, and for one that a later one overtook.
    package let appliedAt: UnixTime?
    /// When all of it was ready for the first time.
    package let readyAt: UnixTime?
    /// The last state that was reported of it.
    package let state: String?

    init(row: PostgresRow) throws {
        generation = try row.get("generation")
        revision = try row.get("revision")
        publishedAt = try row.get("published_at")
        appliedAt = try row.get("applied_at")
        readyAt = try row.get("ready_at")
        state = try row.get("state")
    }
}
