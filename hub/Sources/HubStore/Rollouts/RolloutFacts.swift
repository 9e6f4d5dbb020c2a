package import Concurrency
package import Values

/// What is known of one cluster at the moment of a step.
package struct RolloutFacts: Hashable, Sendable {
    /// An alert that fires on the cluster.
    package struct Alert: Hashable, Sendable {
        package let name: String
        package let since: UnixTime

        package init(name: String, since: UnixTime) {
            self.name = name
            self.since = since
        }
    }

    /// The latest report, as far as a gate reads it.
    package struct Report: Hashable, Sendable {
        package let generation: Int64
        /// One of the states of the report protocol.
        package let state: String
        package let stateSince: UnixTime
        package let receivedAt: UnixTime
        /// Whether the agent says that nothing is applied although it could be.
        package let isHeld: Bool
        /// Whether deletions wait for a person.
        package let hasPendingDeletions: Bool
        /// Whether the agent refuses what the hub signed.
        package let isRefused: Bool
        /// The first thing that is not as it should be.
        package let trouble: String?

        package init(
            generation: Int64,
            state: String,
            stateSince: UnixTime,
            receivedAt: UnixTime,
            isHeld: Bool = false,
            hasPendingDeletions: Bool = false,
            isRefused: Bool = false,
            trouble: String? = nil
        ) {
            self.generation = generation
            self.state = state
            self.stateSince = stateSince
            self.receivedAt = receivedAt
            self.isHeld = isHeld
            self.hasPendingDeletions = hasPendingDeletions
            self.isRefused = isRefused
            self.trouble = trouble
        }
    }

    package let clusterID: String
    package let cluster: String
    package var desiredRevision: Int64
    package var publishedRevision: Int64?
    /// The published bundle's counter.
    package var generation: Int64
    /// When its agent enrolled; `nil` while it has none.
    package var enrolledAt: UnixTime?
    package var lastSeen: UnixTime?
    /// Whether its agent is shut out.
    package var isShutOut: Bool
    /// Why a recovery keeps bundles from it, in one sentence; `nil` when none does.
    package var restraint: String?
    /// Why an operator has nothing applied there; `nil` when they do not.
    package var hold: String?
    package var report: Report?
    /// What fires there; none before alerts are known.
    package var alerts: [Alert]
    /// The latest rollout after this one that moves it; `nil` when there is none.
    package var laterRollout: Int64?

    package init(
        clusterID: String,
        cluster: String,
        desiredRevision: Int64,
        publishedRevision: Int64? = nil,
        generation: Int64 = 0,
        enrolledAt: UnixTime? = nil,
        lastSeen: UnixTime? = nil,
        isShutOut: Bool = false,
        restraint: String? = nil,
        hold: String? = nil,
        report: Report? = nil,
        alerts: [Alert] = [],
        laterRollout: Int64? = nil
    ) {
        self.clusterID = clusterID
        self.cluster = cluster
        self.desiredRevision = desiredRevision
        self.publishedRevision = publishedRevision
        self.generation = generation
        self.enrolledAt = enrolledAt
        self.lastSeen = lastSeen
        self.isShutOut = isShutOut
        self.restraint = restraint
        self.hold = hold
        self.report = report
        self.alerts = alerts
        self.laterRollout = laterRollout
    }
}

/// What a step of a rollout changes.
package struct RolloutChange: Sendable {
    package var rollout: Rollout
    /// Places that are new or stand otherwise.
    package var places: [RolloutPlace]
    /// What clusters are to run from now on, by id.
    package var moves: [String: Int64]
    /// What the audit log tells of it.
    package var entries: [AuditEntry]
    /// What is told of single clusters, beside what follows from the entries.
    package var events: [FleetEvent]
    /// Whether time or a report can bring it further.
    package var isOpen: Bool

    package init(
        rollout: Rollout,
        places: [RolloutPlace],
        moves: [String: Int64],
        entries: [AuditEntry],
        events: [FleetEvent] = [],
        isOpen: Bool
    ) {
        self.rollout = rollout
        self.places = places
        self.moves = moves
        self.entries = entries
        self.events = events
        self.isOpen = isOpen
    }
}

/// One cluster as a plan sees it: nothing of what its agent reports.
package struct RolloutCandidate: Hashable, Sendable {
    package let id: String
    package let identity: ClusterIdentity
    package let desiredRevision: Int64
    /// Whether its agent was shut out for good.
    package let isRevoked: Bool

    package init(id: String, identity: ClusterIdentity, desiredRevision: Int64, isRevoked: Bool = false) {
        self.id = id
        self.identity = identity
        self.desiredRevision = desiredRevision
        self.isRevoked = isRevoked
    }
}
