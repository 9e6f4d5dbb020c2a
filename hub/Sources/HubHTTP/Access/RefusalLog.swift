import Concurrency
import HubAPI
import HubStore
import Logging

/// Writes down what was refused to whom, as long as it is not asked too often: nobody fills the database by being refused.
final class RefusalLog: Sendable {
    private let store: HubStore
    private let budget: RequestBudget

    init(store: HubStore, clock: @escaping WallClock) {
        self.store = store
        budget = RequestBudget(burst: 300, perSecond: 5, clock: clock)
    }

    func note(_ refusal: Refusal, of caller: Caller, _ logger: Logger) async throws {
        logger.warning(
            "refused",
            metadata: ["action": "\(refusal.action.rawValue)", "object": "\(refusal.object.prefix(200))"]
        )
    }
}
