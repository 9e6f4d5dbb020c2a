import Concurrency
import HubAPI
import HubStore
import Logging
import Values

/// Writes down what was refused to whom, as long as it is not asked too often: nobody fills the database by being refused.
final class RefusalLog: Sendable {
    private let store: HubStore
    private let budget: RequestBudget

    init(store: HubStore, clock: @escaping WallClock) {
        self.store = store
        budget = RequestBudget(burst: 300, perSecond: 5, clock: clock)
    }

    /// Writes a refusal into the log of the hub, and into the audit log while there is room for it.
    ///
    /// - Throws: `StoreError`: what cannot be written down is not answered either.
    func note(_ refusal: Refusal, of caller: Caller, _ logger: Logger) async throws {
        logger.warning(
            "refused",
            metadata: ["action": "\(refusal.action.rawValue)", "object": "\(refusal.object.prefix(200))"]
        )
        guard budget.isLeft else { return }
        budget.spend()
        let entry = AuditEntry(refusal.action, refusal.object, detail: "\(refusal.problem.status)", outcome: .refused)
        try await store.acting(as: caller.actor).noteRefusal(entry)
    }
}
