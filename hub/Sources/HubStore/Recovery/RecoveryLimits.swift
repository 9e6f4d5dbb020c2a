import Bundles

/// How far what agents claim is believed.
package enum RecoveryLimits {
    /// How far a claim may be ahead of the database before a person must accept it by name.
    ///
    /// Timestamps are signed anew twice a day, and a fleet that is busy makes some hundred revisions a day: a backup that is
    /// this far behind is weeks old.
    package static let plausibleStep: Int64 = 10_000

    /// How far a claim may be ahead at all: an agent itself takes no larger jump.
    package static let largestStep = MetadataLimits().versionJump

    /// How far the counters of a cluster whose agent was not heard are raised at the end of a recovery.
    package static let unheardMargin: Int64 = 1_000

    /// How many clusters must be ahead before the whole fleet is taken for restored.
    ///
    /// One agent alone, whoever has its key, concerns one cluster alone.
    static func quorum(agents: Int64) -> Int64 { agents < 4 ? 1 : 2 }
}
