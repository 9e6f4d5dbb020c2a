package import Bundles
package import Concurrency

/// What operators told the agent of one cluster, and who did.
package struct ClusterDirectives: Hashable, Sendable {
    /// Nothing is applied on the cluster.
    package struct Hold: Hashable, Sendable {
        package let reason: String
        package let author: String
        package let since: UnixTime
    }

    /// Somebody agreed to the deletions that the agent held back.
    package struct Confirmation: Hashable, Sendable {
        /// The generation at which they were held back.
        package let generation: Int64
        package let deletions: Digest
        package let author: String
        package let confirmedAt: UnixTime
    }

    package let hold: Hold?
    package let drift: Directives.DriftMode
    package let confirmation: Confirmation?

    /// What the agent is told.
    package var signed: Directives {
        Directives(
            hold: hold?.reason,
            drift: drift,
            confirmation: confirmation.map {
                Directives.Confirmation(generation: $0.generation, deletions: $0.deletions)
            }
        )
    }
}
