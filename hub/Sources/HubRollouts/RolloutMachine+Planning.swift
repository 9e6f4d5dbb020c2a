package import Concurrency
package import HubStore
import Values

/// From the intention to the waves.
extension RolloutMachine {
    /// Gives every cluster that the rollout touches its place, moves those that nothing differs on, and begins.
    ///
    /// Nothing happens when a cluster of the fleet came after the survey: the next one knows it.
    package mutating func plan(_ survey: RolloutSurvey, _ facts: [RolloutFacts], now: UnixTime) {
        guard rollout.state == .planned, rollout.scope != .fleet || survey.covers(facts, rollout.revision) else {
            return
        }
        restrained = Set(facts.filter { $0.restraint != nil }.map(\.clusterID))
        let touched = facts.filter { isTouched($0, survey, now) }
        if rollout.strategy.kind == .atOnce {
            moveAtOnce(touched, now)
        } else {
            deal(touched, survey, now)
        }
    }

    /// Whether a cluster is to get a place; where nothing differs it is moved and needs none.
    private mutating func isTouched(_ cluster: RolloutFacts, _ survey: RolloutSurvey, _ now: UnixTime) -> Bool {
        guard let candidate = survey.candidates[cluster.clusterID], rollout.scope.includes(candidate.identity),
            cluster.desiredRevision != rollout.revision, cluster.laterRollout == nil
        else { return false }
        let isSame =
            cluster.desiredRevision == candidate.desiredRevision && !survey.differing.contains(cluster.clusterID)
        guard isSame else { return true }
        moves[cluster.clusterID] = rollout.revision
        rollout.unaffected += 1
        return false
    }

    private mutating func moveAtOnce(_ clusters: [RolloutFacts], _ now: UnixTime) {
        for cluster in clusters {
            moves[cluster.clusterID] = rollout.revision
            var place = place(of: cluster, wave: 0, now)
            place.movedAt = now
            place.hadTrouble = cluster.isInTrouble
            set(&place, .moved, nil, now)
        }
        rollout.waveCount = 1
        transitions.append(.planned(affected: clusters.count, unaffected: rollout.unaffected))
        if !clusters.isEmpty { transitions.append(.moved(clusters.map(\.cluster))) }
        complete(now)
    }

    private mutating func deal(_ clusters: [RolloutFacts], _ survey: RolloutSurvey, _ now: UnixTime) {
        let members = clusters.compactMap { cluster in
            survey.candidates[cluster.clusterID].map { candidate in
                var member = WavePlan.Member(id: cluster.clusterID, identity: candidate.identity)
                let before = survey.previous[cluster.clusterID]
                member.answers = cluster.absence(at: now) == nil
                member.isWell = cluster.report?.state == "inSync"
                member.hadFailed = before?.state == .failed
                member.wasCanary = before.map { $0.wave == 0 && [.moved, .healthy].contains($0.state) } ?? false
                return member
            }
        }
        let plan = WavePlan(members, by: rollout.strategy)
        for cluster in clusters {
            guard let wave = plan.waves[cluster.clusterID] else { continue }
            put(place(of: cluster, wave: wave, now))
        }
        rollout.waveCount = plan.count
        transitions.append(.planned(affected: members.count, unaffected: rollout.unaffected))
        guard let first = plan.waves.values.min() else { return complete(now) }
        rollout.state = .running
        rollout.wave = first
        rollout.phase = .applying
        rollout.phaseSince = now
        transitions.append(.wave(first))
        // Of the touched clusters alone: one without a place would be taken for one that came later.
        step(clusters, now: now)
    }

    private func place(of cluster: RolloutFacts, wave: Int, _ now: UnixTime) -> RolloutPlace {
        RolloutPlace(
            clusterID: cluster.clusterID,
            cluster: cluster.cluster,
            wave: wave,
            from: cluster.desiredRevision,
            since: now
        )
    }
}
