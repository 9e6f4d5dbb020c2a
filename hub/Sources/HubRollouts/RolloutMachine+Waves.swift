import Concurrency
import HubStore
import Values

/// Waves: who moves when, and when the next begins.
extension RolloutMachine {
    /// Tells clusters of the waves so far to run the revision, as many as may be on their way at once.
    mutating func move(_ facts: [RolloutFacts], _ now: UnixTime) {
        let due = places.values.filter { $0.state == .waiting && $0.wave <= rollout.wave }
        guard !due.isEmpty else { return say(nil) }
        guard rollout.strategy.mayMove(at: now.seconds) else {
            return say("waits for its window: \(due.count) clusters are due")
        }
        say(nil)
        let underWay = places.values.count { $0.state == .moved }
        let room = max(0, rollout.strategy.maxUnavailable.of(affected) - underWay)
        let byID = Dictionary(facts.map { ($0.clusterID, $0) }, uniquingKeysWith: { first, _ in first })
        let known = due.filter { place in byID[place.clusterID].map { !isUnknown($0, now) } ?? true }
        guard !known.isEmpty else { return say("waits until its clusters are heard of again: \(due.count) are due") }
        let next = known.sorted { ($0.wave, $0.cluster) < ($1.wave, $1.cluster) }.prefix(room)
        for var place in next {
            guard let cluster = byID[place.clusterID] else { continue }
            place.movedAt = now
            place.hadTrouble = cluster.isInTrouble
            moves[place.clusterID] = rollout.revision
            set(&place, .moved, nil, now)
        }
        if !next.isEmpty { transitions.append(.moved(next.map(\.cluster))) }
    }

    /// Looks whether the present wave is over; `false` when there is something to wait for.
    mutating func advance(_ now: UnixTime) -> Bool {
        let present = places.values.filter { $0.wave <= rollout.wave }
        let isUnderWay = present.contains { [.waiting, .moved].contains($0.state) }
        switch rollout.phase {
        case .applying:
            guard !isUnderWay else { return false }
            let isProved = places.values.contains { $0.state == .healthy || $0.state == .failed }
            guard hasLater else {
                if isProved || !isWaitingForRecovery() { complete(now) }
                return false
            }
            guard isProved else { return callSubstitute(now) }
            guard rollout.strategy.soakSeconds(of: rollout.wave) > 0 else {
                beginNextWave(now)
                return true
            }
            rollout.phase = .soaking
            rollout.phaseSince = now
            transitions.append(.soaking(rollout.wave))
            return false
        case .soaking:
            // Late clusters that came back in between are moved meanwhile, and hold nobody.
            guard now - rollout.phaseSince >= .seconds(rollout.strategy.soakSeconds(of: rollout.wave)) else {
                return false
            }
            beginNextWave(now)
            return true
        }
    }

    /// Where recovery keeps everybody who is left from proving the revision, its end is waited for: the waves come after it.
    private mutating func isWaitingForRecovery() -> Bool {
        let count = places.values.count { $0.state == .deferred && restrained.contains($0.clusterID) }
        guard count > 0 else { return false }
        say("waits until the recovery is finished: nothing is issued to \(count) clusters")
        return true
    }

    /// Where nobody of a wave can prove the revision, the next who can does.
    private mutating func callSubstitute(_ now: UnixTime) -> Bool {
        let waiting = places.values.filter { $0.state == .waiting }
        guard var next = waiting.min(by: { ($0.wave, $0.cluster) < ($1.wave, $1.cluster) }) else {
            complete(now)
            return false
        }
        next.wave = rollout.wave
        put(next)
        return true
    }

    mutating func beginNextWave(_ now: UnixTime) {
        let later = places.values.filter { $0.wave > rollout.wave && $0.state == .waiting }.map(\.wave)
        rollout.wave = later.min() ?? max(rollout.waveCount - 1, 0)
        rollout.phase = .applying
        rollout.phaseSince = now
        transitions.append(.wave(rollout.wave))
    }

    /// Whether clusters of later waves wait.
    var hasLater: Bool { places.values.contains { $0.wave > rollout.wave && $0.state == .waiting } }

    /// How many clusters it is about.
    var affected: Int { places.values.count { $0.state != .taken } }

    private mutating func say(_ reason: String?) {
        if rollout.reason != reason { rollout.reason = reason }
    }

    mutating func complete(_ now: UnixTime) {
        rollout.state = .completed
        rollout.reason = nil
        rollout.finishedAt = now
        transitions.append(.completed)
        catchUp([], now)
    }

    /// Lets those who were away have the revision, too: they find it when they are back.
    ///
    /// What recovery restrains is moved once that is over.
    mutating func catchUp(_ facts: [RolloutFacts], _ now: UnixTime) {
        for cluster in facts where cluster.laterRollout != nil {
            guard var place = places[cluster.clusterID], place.state == .deferred, place.movedAt == nil else {
                continue
            }
            set(&place, .taken, "rollout \(cluster.laterRollout ?? 0) moves it", now)
        }
        guard rollout.strategy.mayMove(at: now.seconds) else { return }
        let late = places.values.filter {
            $0.state == .deferred && $0.movedAt == nil && !restrained.contains($0.clusterID)
        }
        for var place in late.sorted(by: { $0.cluster < $1.cluster }) {
            place.movedAt = now
            moves[place.clusterID] = rollout.revision
            put(place)
        }
        if !late.isEmpty { transitions.append(.moved(late.map(\.cluster).sorted())) }
    }

    // MARK: - Going back

    mutating func beginReturn(_ why: String, _ now: UnixTime) {
        rollout.state = .returning
        rollout.reason = why
        rollout.phaseSince = now
        transitions.append(.returning(why))
        for var place in places.values where [.moved, .healthy, .failed, .deferred].contains(place.state) {
            guard place.movedAt != nil else { continue }
            guard place.from > 0 else {
                set(&place, .failed, "there is nothing to go back to: it ran nothing before", now)
                continue
            }
            moves[place.clusterID] = place.from
            set(&place, .returning, nil, now)
        }
    }

    mutating func goBack(_ facts: [RolloutFacts], _ now: UnixTime) {
        let isLate = now - rollout.phaseSince > .seconds(rollout.strategy.deadlineSeconds)
        for cluster in facts {
            guard var place = places[cluster.clusterID], place.state == .returning else { continue }
            if let later = cluster.laterRollout {
                set(&place, .taken, "rollout \(later) moves it", now)
            } else if cluster.runs(place.from) {
                set(&place, .returned, nil, now)
            } else if let absence = cluster.absence(at: now) {
                set(&place, .returned, "it goes back when it answers: \(absence)", now)
            } else if isLate {
                set(&place, .failed, "it did not go back in time", now)
            }
        }
        guard !places.values.contains(where: { $0.state == .returning }) else { return }
        rollout.state = .returned
        rollout.finishedAt = now
        transitions.append(.returned)
    }
}
