package import Concurrency
package import HubStore

/// What a person has a rollout do.
package enum RolloutAction: String, CaseIterable, Hashable, Sendable {
    /// Nothing more is moved until it is resumed.
    case pause
    /// It goes on; what had failed gets another chance.
    case resume
    /// It ends here; clusters stay where they are.
    case abort
    /// The next wave begins now, whatever the present one says.
    case promote
    /// What it moved goes back to what it ran before.
    case `return`
}

extension RolloutMachine {
    /// Does what a person asks for, with those clusters that no later rollout moves.
    ///
    /// - Throws: ``RolloutRefusal`` when it cannot be done in the present state.
    package mutating func act(
        _ action: RolloutAction,
        _ facts: [RolloutFacts],
        by author: String,
        now: UnixTime
    ) throws(RolloutRefusal) {
        giveUpTaken(facts, now)
        switch (action, rollout.state) {
        case (.pause, .planned), (.pause, .running):
            rollout.state = .paused
            rollout.reason = "paused by \(author)"
            transitions.append(.paused)
        case (.resume, .paused), (.resume, .halted): resume(now)
        case (.abort, .planned), (.abort, .running), (.abort, .paused), (.abort, .halted), (.abort, .returning):
            rollout.state = .aborted
            rollout.reason = "aborted by \(author)"
            rollout.finishedAt = now
            transitions.append(.aborted)
        case (.promote, .running), (.promote, .halted): try promote(now)
        case (.return, .running), (.return, .paused), (.return, .halted): beginReturn("returned by \(author)", now)
        default:
            throw RolloutRefusal(
                "rollout \(rollout.number) is \(rollout.state.rawValue), so it cannot be \(action.past): \(hint)"
            )
        }
    }

    private mutating func resume(_ now: UnixTime) {
        for var place in places.values where place.state == .failed || place.state == .moved {
            // What it did while nobody looked does not count against it.
            place.movedAt = now
            set(&place, .moved, nil, now)
        }
        // Paused before anybody had planned it, it has no waves yet.
        rollout.state = rollout.waveCount == 0 ? .planned : .running
        rollout.reason = nil
        if rollout.phase == .soaking, places.values.contains(where: { $0.state == .moved }) {
            rollout.phase = .applying
        }
        rollout.phaseSince = now
        transitions.append(.resumed)
    }

    private mutating func promote(_ now: UnixTime) throws(RolloutRefusal) {
        guard hasLater || rollout.state == .halted else {
            throw RolloutRefusal(
                "rollout \(rollout.number) is in its last wave, so there is none to promote it to: "
                    + "resume, abort or return it"
            )
        }
        rollout.state = .running
        rollout.reason = nil
        transitions.append(.promoted)
        if hasLater { beginNextWave(now) }
    }

    private var hint: String {
        switch rollout.state {
        case .planned, .running: "pause it first"
        case .paused, .halted: "resume, abort or return it"
        case .returning: "wait until it has gone back, or abort it"
        case .completed, .returned, .aborted, .superseded:
            "it is over; otomi rollout start begins another"
        }
    }
}

extension RolloutAction {
    fileprivate var past: String {
        switch self {
        case .pause: "paused"
        case .resume: "resumed"
        case .abort: "aborted"
        case .promote: "promoted"
        case .return: "returned"
        }
    }
}
