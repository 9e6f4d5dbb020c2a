package import Concurrency
package import Values

/// The movement of clusters to one revision.
package struct Rollout: Hashable, Sendable {
    /// What it is doing, or how it ended.
    package enum State: String, CaseIterable, Hashable, Sendable {
        /// It was begun; nobody has looked yet which clusters it touches.
        case planned
        case running
        /// A person stopped it for a while.
        case paused
        /// It stopped by itself, and waits for a person.
        case halted
        /// What it moved goes back.
        case returning
        case completed
        case returned
        /// A person ended it; clusters stay where they are.
        case aborted
        /// A later one has taken over all its clusters.
        case superseded

        /// Whether it will never move a cluster to its revision again, but for late ones.
        package var isFinished: Bool { [.completed, .returned, .aborted, .superseded].contains(self) }
    }

    /// What the present wave is doing.
    package enum Phase: String, Hashable, Sendable {
        /// Its clusters are moved and become well.
        case applying
        /// They are well, and are watched for a while.
        case soaking
    }

    package enum Cause: String, Hashable, Sendable {
        /// A commit, by the fleet's policy.
        case commit
        /// Somebody asked for it.
        case request
    }

    package let number: Int64
    /// The revision that clusters are moved to.
    package let revision: Int64
    package let scope: RolloutScope
    package let cause: Cause
    package let author: String
    package let message: String
    package let strategy: RolloutStrategy
    package let createdAt: UnixTime
    package var state: State
    /// The present wave, from 0.
    package var wave: Int
    package var waveCount: Int
    package var phase: Phase
    package var phaseSince: UnixTime
    /// Why it stands as it does; `nil` when there is nothing to say.
    package var reason: String?
    /// How many clusters nothing differs on; they were moved without waiting.
    package var unaffected: Int
    package var supersededBy: Int64?
    package var finishedAt: UnixTime?

    package init(
        number: Int64,
        revision: Int64,
        scope: RolloutScope,
        cause: Cause,
        author: String,
        message: String,
        strategy: RolloutStrategy,
        createdAt: UnixTime
    ) {
        self.number = number
        self.revision = revision
        self.scope = scope
        self.cause = cause
        self.author = author
        self.message = message
        self.strategy = strategy
        self.createdAt = createdAt
        state = .planned
        wave = 0
        waveCount = 0
        phase = .applying
        phaseSince = createdAt
        unaffected = 0
    }
}

/// A rollout that somebody asks for.
package struct NewRollout: Sendable {
    package var revision: Int64
    package var scope: RolloutScope
    package var strategy: RolloutStrategy
    package var author: String
    package var message: String

    package init(
        revision: Int64,
        scope: RolloutScope,
        strategy: RolloutStrategy,
        author: String,
        message: String
    ) {
        self.revision = revision
        self.scope = scope
        self.strategy = strategy
        self.author = author
        self.message = message
    }
}
