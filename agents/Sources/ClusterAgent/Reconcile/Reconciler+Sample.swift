import AgentProtocol
import Kubernetes

extension Reconciler {
    /// What changes as long as a pass gets on.
    struct Progress: Hashable, Sendable {
        let isPassing: Bool
        let applied: UInt64
        let pruned: Int
        let held: Int
        /// Refused objects count as well as applied ones: an answer is an answer.
        let underWay: Set<ObjectKey>
    }

    /// What the metrics are made of.
    struct Sample: Sendable {
        let generation: Int64
        let desiredGeneration: Int64
        /// How many declared objects are in each state.
        let objects: [String: Int]
        let driftCorrected: Int
        let driftedKinds: [String: Int]
        let pruned: Int
        let held: Int
        /// Deletions that wait for a person.
        let pendingDeletions: Int
        /// Fields and objects that are left to others.
        let fights: Int
        let healthWatched: Int
    }

    var progress: Progress {
        Progress(
            isPassing: isPassing,
            applied: applyCount,
            pruned: prunedTotal,
            held: held.count,
            underWay: inFlight
        )
    }

    var sample: Sample {
        var objects = ["ready": 0, "progressing": 0, "failed": 0, "pending": 0, "notServed": 0, "refused": 0]
        for record in records.values { objects[record.word, default: 0] += 1 }
        let kinds = drift.entries.keys.map(\.groupKind.description)
        return Sample(
            generation: settledGeneration,
            desiredGeneration: desired.generation,
            objects: objects,
            driftCorrected: drift.total,
            driftedKinds: Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +),
            pruned: prunedTotal,
            held: held.count,
            pendingDeletions: pendingDeletions?.count ?? 0,
            fights: fights.fights.count,
            healthWatched: health.count
        )
    }
}

extension ObjectRecord {
    /// One word for metrics.
    fileprivate var word: String {
        switch state {
        case .pending: "pending"
        case .waiting: "notServed"
        case .failed: "refused"
        case .applied:
            switch health {
            case .ready: "ready"
            case .failed: "failed"
            case .progressing, .unknown: "progressing"
            }
        }
    }
}
