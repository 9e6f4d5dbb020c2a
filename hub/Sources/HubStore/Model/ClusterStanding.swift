package import Concurrency
package import JSON

/// How a cluster stands, as somebody who looks at what is stored of it finds.
package struct ClusterStanding: Hashable, Sendable {
    package let state: String
    /// Why, in one sentence; `nil` for a cluster that is as it should be.
    package let reason: String?
    /// The reason without what is peculiar to the cluster: equal where the same thing is wrong.
    package let cause: String
    /// When that began, where something tells; `nil` for about now.
    package let since: UnixTime?
    /// Whether its agent has been silent for too long.
    package let isSilent: Bool
    /// What lists show of the agent's report.
    package let summary: JSONValue

    package init(
        state: String,
        reason: String?,
        cause: String,
        since: UnixTime?,
        isSilent: Bool,
        summary: JSONValue
    ) {
        self.state = state
        self.reason = reason
        self.cause = cause
        self.since = since
        self.isSilent = isSilent
        self.summary = summary
    }
}

/// How a cluster stood when the hub last looked.
package struct StoredStanding: Hashable, Sendable {
    package let state: String
    package let reason: String?
    package let cause: String
    package let since: UnixTime
    /// The revision that it should run and that it was measured by.
    package let desiredRevision: Int64
    package let isSilent: Bool

    /// Since when a cluster is in a state that was found at `now`.
    ///
    /// A state that lasts keeps its beginning. A new one began when something tells so; but never before the one before it,
    /// and after a silence with the agent's return.
    package func since(of found: ClusterStanding, now: UnixTime) -> UnixTime {
        if found.state == state { return since }
        let isBack = isSilent && !found.isSilent
        guard !isBack, let told = found.since, (since...max(since, now)).contains(told) else { return max(now, since) }
        return told
    }
}

/// Why the bundle of a cluster cannot be compiled as it should be.
package struct ClusterFault: Hashable, Sendable {
    package let revision: Int64
    /// The fault in words; the first of them.
    package let text: String
    package let foundAt: UnixTime
}

/// What a look at clusters of which something had changed came to.
package struct StandingReview: Hashable, Sendable {
    /// How many clusters were looked at.
    package var reviewed: Int
    /// How many of them are in another state.
    package var changed: Int
    /// Whether there may be more to look at.
    package var hasMore: Bool
    /// Whether another replica was at it.
    package var isElsewhere: Bool

    package init(reviewed: Int = 0, changed: Int = 0, hasMore: Bool = false, isElsewhere: Bool = false) {
        self.reviewed = reviewed
        self.changed = changed
        self.hasMore = hasMore
        self.isElsewhere = isElsewhere
    }
}
