package import Concurrency
package import HubStore
import Values

/// Moves rollouts on, and does what people ask of them: reads, decides by the machine, and writes, each in one transaction.
package struct Rollouts: Sendable {
    private let store: HubStore
    private let clock: WallClock
    private let hearing: Hearing

    /// - Parameters:
    ///   - store: where rollouts are kept.
    ///   - clock: where the time comes from.
    ///   - listeningSince: since when agents could speak to this hub; now, unless it is given.
    package init(store: HubStore, clock: @escaping WallClock, listeningSince: UnixTime? = nil) {
        self.store = store
        self.clock = clock
        hearing = Hearing(since: listeningSince ?? clock())
    }

    /// Brings every rollout that time or a report can bring further as far as it goes.
    ///
    /// - Throws: `StoreError`.
    package func stepAll() async throws {
        for number in try await asHub.openRollouts() { try await step(number) }
    }

    /// Brings one rollout as far as it goes; plans it first, if nobody has.
    ///
    /// Nothing is done while another replica is at it.
    ///
    /// - Throws: `StoreError`.
    package func step(_ number: Int64) async throws {
        let store = asHub
        let (rollout, _) = try await store.rollout(number)
        // Comparing documents takes a while, and needs no lock: revisions never change.
        let survey = rollout.state == .planned ? try await survey(rollout, store) : nil
        let now = clock()
        try await store.changeRollout(number) { rollout, places, facts, heardAt in
            let judgesSilence = hearing.judgesSilence(lastHeard: heardAt, now: now)
            var machine = RolloutMachine(rollout, places: places, judgesSilence: judgesSilence)
            if rollout.state == .planned {
                if let survey { machine.plan(survey, facts, now: now) }
            } else {
                machine.step(facts, now: now)
            }
            return machine.change
        }
    }

    /// Has a rollout do what a person asks for.
    ///
    /// - Throws: ``RolloutRefusal`` when it cannot be done in its state; `StoreError.Code.notFound`.
    package func act(_ action: RolloutAction, on number: Int64, by author: String) async throws -> Rollout {
        let now = clock()
        let changed = try await store.changeRollout(number, isPatient: true) { rollout, places, facts, _ in
            var machine = RolloutMachine(rollout, places: places)
            try machine.act(action, facts, by: author, now: now)
            var change = machine.change
            change?.entries.insert(
                AuditEntry(.steerRollout, "rollout \(number)", detail: action.rawValue),
                at: 0
            )
            return change
        }
        guard let changed else { throw StoreError(.notFound, "rollout \(number) does not exist") }
        return changed
    }

    /// The engine's steps are the hub's own, whoever's request has led to them.
    private var asHub: HubStore { store.acting(as: .hub) }

    private func survey(_ rollout: Rollout, _ store: HubStore) async throws -> RolloutSurvey {
        let candidates = try await store.rolloutCandidates().filter {
            rollout.scope.includes($0.identity) && $0.desiredRevision != rollout.revision
        }
        let target = try await store.allDocuments(at: rollout.revision)
        var origins: [Int64: [StoredDocument]] = [:]
        let groups = Dictionary(grouping: candidates, by: \.desiredRevision)
        for (revision, _) in groups.sorted(by: { $0.value.count > $1.value.count }).prefix(RolloutSurvey.maximumOrigins)
        {
            // Revision 0 is a cluster's before there was any.
            origins[revision] = revision == 0 ? [] : try await store.allDocuments(at: revision)
        }
        return RolloutSurvey(
            candidates: candidates,
            differing: RolloutSurvey.differing(candidates, target: target, origins: origins),
            previous: try await store.placesTakenOver(by: rollout.number)
        )
    }
}
