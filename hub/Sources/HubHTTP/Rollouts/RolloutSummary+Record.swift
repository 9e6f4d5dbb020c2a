import Concurrency
import HubAPI
import HubStore
import JSON
import Values

extension RolloutSummary {
    init(_ rollout: Rollout, counts: [RolloutPlace.State: Int]) {
        self.init(
            number: rollout.number,
            revision: rollout.revision,
            state: rollout.state.rawValue,
            reason: rollout.reason,
            cause: rollout.cause.rawValue,
            scope: rollout.scope.json,
            author: rollout.author,
            message: rollout.message,
            createdAt: rollout.createdAt.rfc3339,
            finishedAt: rollout.finishedAt?.rfc3339,
            strategy: rollout.strategy,
            wave: rollout.wave + 1,
            waveCount: rollout.waveCount,
            phase: rollout.phase.rawValue,
            phaseSince: rollout.phaseSince.rfc3339,
            supersededBy: rollout.supersededBy,
            unaffected: rollout.unaffected,
            counts: Dictionary(counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +)
        )
    }
}

extension RolloutCluster {
    init(_ place: RolloutPlace) {
        self.init(
            cluster: place.cluster,
            wave: place.wave + 1,
            state: place.state.rawValue,
            from: place.from,
            since: place.since.rfc3339,
            movedAt: place.movedAt?.rfc3339,
            reason: place.reason
        )
    }
}

extension RolloutPolicy {
    init(_ policy: RolloutPolicyRecord) {
        self.init(strategy: policy.strategy, author: policy.author, setAt: policy.setAt?.rfc3339)
    }
}

extension RolloutTurn {
    /// How many clusters are named at most.
    private static let maximumNames = 1_000

    /// Every unfinished rollout, with the clusters that it has still to move, as far as `view` shows them.
    static func all(in store: HubStore, _ view: FleetView) async throws -> [RolloutTurn] {
        let turns = try await store.rolloutTurns()
        guard !turns.isEmpty else { return [] }
        var shown: Set<String>?
        if view.teams != nil { shown = Set(try await store.clusterIdentities().filter(view.shows).map(\.name)) }
        return turns.map { turn in
            RolloutTurn(
                number: turn.rollout.number,
                revision: turn.rollout.revision,
                state: turn.rollout.state.rawValue,
                // It may speak of what is another team's.
                reason: view.teams == nil ? turn.rollout.reason : nil,
                waiting: Array(turn.waiting.filter { shown?.contains($0) ?? true }.prefix(maximumNames))
            )
        }
    }
}
