import Concurrency
import HubAPI
import HubRollouts
import HubStore
import Logging

/// Tells whoever made a revision what brings it to the clusters.
struct BegunRollout {
    private let store: HubStore
    private let rollouts: Rollouts

    init(store: HubStore, clock: @escaping WallClock) {
        self.store = store.acting(as: .hub)
        rollouts = Rollouts(store: store, clock: clock)
    }

    /// Plans the rollout of that number, and says what is planned.
    ///
    /// What was committed stays committed: a plan that cannot be made here and now is made by an engine a little later.
    func summary(of number: Int64?, _ logger: Logger) async -> RolloutSummary? {
        guard let number else { return nil }
        do {
            let found = try await store.rollout(number)
            guard found.rollout.state == .planned else { return RolloutSummary(found.rollout, counts: found.counts) }
            try await rollouts.step(number)
            let planned = try await store.rollout(number)
            return RolloutSummary(planned.rollout, counts: planned.counts)
        } catch {
            logger.warning(
                "a rollout was not planned at once",
                metadata: ["rollout": "\(number)", "error": "\(error)"]
            )
            return nil
        }
    }
}
