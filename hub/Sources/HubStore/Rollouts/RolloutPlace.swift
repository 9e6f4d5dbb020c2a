package import Concurrency

/// Where one cluster stands in a rollout.
package struct RolloutPlace: Hashable, Sendable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        /// Its turn has not come.
        case waiting
        /// It was told to run the revision, and is not known to be well with it.
        case moved
        /// It runs the revision and is well.
        case healthy
        /// It did not become well in time, or fell ill.
        case failed
        /// Nobody answers there, or its people want nothing applied: nobody waits for it, and it catches up later.
        case deferred
        /// It was told to go back.
        case returning
        /// It runs again what it ran before.
        case returned
        /// A later rollout moves it.
        case taken
    }

    package let clusterID: String
    /// The cluster's name.
    package let cluster: String
    package var wave: Int
    package var state: State
    /// The revision that it was to run before.
    package let from: Int64
    /// Since when it stands there.
    package var since: UnixTime
    /// When it was told to run the rollout's revision; `nil` before.
    package var movedAt: UnixTime?
    /// Whether it was unwell already when it was moved.
    package var hadTrouble: Bool
    package var reason: String?

    package init(
        clusterID: String,
        cluster: String,
        wave: Int,
        state: State = .waiting,
        from: Int64,
        since: UnixTime,
        movedAt: UnixTime? = nil,
        hadTrouble: Bool = false,
        reason: String? = nil
    ) {
        self.clusterID = clusterID
        self.cluster = cluster
        self.wave = wave
        self.state = state
        self.from = from
        self.since = since
        self.movedAt = movedAt
        self.hadTrouble = hadTrouble
        self.reason = reason
    }
}
