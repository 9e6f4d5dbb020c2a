/// What an agent says it has seen of its hub; 0 where it does not say.
package struct SeenCounters: Hashable, Sendable {
    /// The version of the newest timestamp that it trusts.
    package let timestamp: Int64
    /// The generation that it has applied.
    package let generation: Int64
    package let revision: Int64
    /// The version of the newest root that it trusts.
    package let root: Int64
    /// The furthest entry of the audit log that it has heard of.
    package let audit: Int64

    package init(
        timestamp: Int64 = 0,
        generation: Int64 = 0,
        revision: Int64 = 0,
        root: Int64 = 0,
        audit: Int64 = 0
    ) {
        self.timestamp = Self.bounded(timestamp)
        self.generation = Self.bounded(generation)
        self.revision = Self.bounded(revision)
        self.root = Self.bounded(root)
        self.audit = Self.bounded(audit)
    }

    /// Low enough that sums of a few do not overflow: an agent may claim anything.
    private static func bounded(_ claim: Int64) -> Int64 { min(max(claim, 0), 1 << 60) }
}
