package import Concurrency
package import HubStore
import Values

/// The rules by which a rollout moves on: a value, without any I/O.
///
/// It is made of what is stored, takes one step by what is known of the clusters, and says what is to be stored. Steps are
/// idempotent: the same facts a second time change nothing, so that a step that was cut off is simply taken again.
package struct RolloutMachine: Sendable {
    package internal(set) var rollout: Rollout
    /// Every place by its cluster's id.
    package internal(set) var places: [String: RolloutPlace]
    /// What this machine has done so far.
    package internal(set) var transitions: [RolloutTransition] = []
    /// What clusters are to run from now on, by id.
    package internal(set) var moves: [String: Int64] = [:]
    var changed: Set<String> = []
    /// The clusters to which recovery issues nothing, by id.
    var restrained: Set<String> = []
    /// Whether silence tells of a cluster: who hears of nobody, or has not listened for long, cannot know.
    let judgesSilence: Bool
    /// The cluster whose failure ended this step.
    private var culprit: String?
    private let before: [String: RolloutPlace.State]
    private let original: Rollout

    package init(_ rollout: Rollout, places: [RolloutPlace], judgesSilence: Bool = true) {
        self.judgesSilence = judgesSilence
        self.rollout = rollout
        original = rollout
        self.places = Dictionary(places.map { ($0.clusterID, $0) }, uniquingKeysWith: { first, _ in first })
        before = self.places.mapValues(\.state)
    }

    /// What is to be stored; `nil` when nothing has changed.
    package var change: RolloutChange? {
        guard !changed.isEmpty || !moves.isEmpty || rollout != original || !transitions.isEmpty else { return nil }
        return RolloutChange(
            rollout: rollout,
            places: changed.sorted().compactMap { places[$0] },
            moves: moves,
            entries: transitions.compactMap { $0.entry(of: rollout, because: culprit) },
            events: changed.sorted().compactMap { id in
                places[id].flatMap { $0.event(of: rollout, before: before[id]) }
            },
            isOpen: isOpen
        )
    }

    /// Whether time or a report can bring it further.
    package var isOpen: Bool {
        switch rollout.state {
        case .planned, .running, .returning: true
        case .completed: places.values.contains { $0.state == .deferred && $0.movedAt == nil }
        case .paused, .halted, .returned, .aborted, .superseded: false
        }
    }

    /// Goes as far as `facts` allow at `now`.
    package mutating func step(_ facts: [RolloutFacts], now: UnixTime) {
        restrained = Set(facts.filter { $0.restraint != nil }.map(\.clusterID))
        switch rollout.state {
        case .running: run(facts, now)
        case .returning: goBack(facts, now)
        case .completed: catchUp(facts, now)
        // A plan is needed first, or a person.
        case .planned, .paused, .halted, .returned, .aborted, .superseded: break
        }
    }

    // MARK: - Running

    private mutating func run(_ facts: [RolloutFacts], _ now: UnixTime) {
        adopt(facts, now)
        observe(facts, now)
        guard rollout.state == .running, !isTakenOver(facts, now) else { return }
        // A wave may end with nothing left to wait for, and so may the next: each is looked at once.
        for _ in 0...max(rollout.waveCount, places.count) {
            move(facts, now)
            guard advance(now) else { return }
        }
    }

    /// Gives clusters that came later a place at the end.
    private mutating func adopt(_ facts: [RolloutFacts], _ now: UnixTime) {
        guard rollout.scope == .fleet else { return }
        for cluster in facts where places[cluster.clusterID] == nil && cluster.laterRollout == nil {
            guard cluster.desiredRevision != rollout.revision else { continue }
            put(
                RolloutPlace(
                    clusterID: cluster.clusterID,
                    cluster: cluster.cluster,
                    wave: max(rollout.waveCount - 1, 0),
                    from: cluster.desiredRevision,
                    since: now
                )
            )
        }
    }

    /// Looks how every cluster is.
    private mutating func observe(_ facts: [RolloutFacts], _ now: UnixTime) {
        let isProved = places.values.contains { $0.state == .healthy }
        var healthy: [String] = []
        var failures: [(String, String)] = []
        giveUpTaken(facts, now)
        for cluster in facts where !isUnknown(cluster, now) {
            guard var place = places[cluster.clusterID] else { continue }
            switch place.state {
            case .waiting:
                if let absence = cluster.absence(at: now) { postpone(&place, absence, now) }
            case .deferred:
                if let absence = cluster.absence(at: now) {
                    keep(&place, absence)
                    continue
                }
                if place.movedAt != nil { place.movedAt = now }
                set(&place, place.movedAt == nil ? .waiting : .moved, nil, now)
                transitions.append(.back(place.cluster))
            case .moved, .healthy, .failed:
                let verdict = judge(place, cluster, isProved: isProved, now)
                switch verdict {
                case .healthy where place.state != .healthy:
                    set(&place, .healthy, nil, now)
                    healthy.append(place.cluster)
                case .failed(let why) where place.state != .failed:
                    set(&place, .failed, why, now)
                    failures.append((place.cluster, why))
                case .deferred(let why) where place.state == .moved: postpone(&place, why, now)
                default: break
                }
            case .returning, .returned, .taken: break
            }
        }
        if !healthy.isEmpty { transitions.append(.healthy(healthy)) }
        for (cluster, why) in failures { transitions.append(.failed(cluster, why)) }
        guard let first = failures.first else { return }
        culprit = first.0
        fail("\(first.0) is not well with revision \(rollout.revision): \(first.1)", now)
    }

    /// Leaves clusters to the later rollouts that move them.
    mutating func giveUpTaken(_ facts: [RolloutFacts], _ now: UnixTime) {
        for cluster in facts {
            guard let later = cluster.laterRollout, var place = places[cluster.clusterID], place.state != .taken
            else { continue }
            set(&place, .taken, "rollout \(later) moves it", now)
            transitions.append(.taken(place.cluster, by: later))
        }
    }

    /// Whether a cluster is silent and nobody can say whose fault that is: neither is it put off, nor moved, nor judged.
    func isUnknown(_ cluster: RolloutFacts, _ now: UnixTime) -> Bool { !judgesSilence && cluster.isSilent(at: now) }

    private enum Verdict {
        case healthy
        case failed(String)
        case deferred(String)
        case undecided
    }

    private func judge(_ place: RolloutPlace, _ cluster: RolloutFacts, isProved: Bool, _ now: UnixTime) -> Verdict {
        let movedAt = place.movedAt ?? place.since
        let isLate = now - movedAt > .seconds(rollout.strategy.deadlineSeconds)
        switch cluster.condition(at: rollout.revision, since: movedAt, now: now) {
        case .well: return .healthy
        case .unwell(let since, let why):
            // What was unwell before the move proves nothing for or against it, but for a canary.
            if place.hadTrouble, place.wave > 0, cluster.runs(rollout.revision) { return .healthy }
            return now - since >= .seconds(rollout.strategy.graceSeconds) ? .failed(why) : .undecided
        case .away(let why):
            // Somebody has to prove the revision: a first cluster that falls silent with it may do so because of it. What
            // recovery restrains has never been given it.
            if isProved || cluster.restraint != nil { return .deferred(why) }
            return isLate ? .failed(why) : .undecided
        case .onItsWay(let why):
            guard place.state == .moved, isLate else { return .undecided }
            return .failed("not well after \(rollout.strategy.deadlineSeconds) s: \(why)")
        }
    }

    private mutating func postpone(_ place: inout RolloutPlace, _ why: String, _ now: UnixTime) {
        set(&place, .deferred, why, now)
        transitions.append(.deferred(place.cluster, why))
    }

    /// It stays away, if for another reason.
    private mutating func keep(_ place: inout RolloutPlace, _ why: String) {
        guard place.reason != why else { return }
        place.reason = why
        put(place)
    }

    private mutating func fail(_ why: String, _ now: UnixTime) {
        switch rollout.strategy.onFailure {
        case .halt:
            rollout.state = .halted
            rollout.reason = why
            transitions.append(.halted(why))
        case .return: beginReturn(why, now)
        }
    }

    private mutating func isTakenOver(_ facts: [RolloutFacts], _ now: UnixTime) -> Bool {
        guard !places.isEmpty, places.values.allSatisfy({ $0.state == .taken }) else { return false }
        let later = facts.compactMap(\.laterRollout).max() ?? rollout.number
        rollout.state = .superseded
        rollout.supersededBy = later
        rollout.finishedAt = now
        rollout.reason = nil
        transitions.append(.superseded(later))
        return true
    }

    // MARK: - Places

    mutating func put(_ place: RolloutPlace) {
        places[place.clusterID] = place
        changed.insert(place.clusterID)
    }

    mutating func set(_ place: inout RolloutPlace, _ state: RolloutPlace.State, _ reason: String?, _ now: UnixTime) {
        place.state = state
        place.reason = reason
        place.since = now
        put(place)
    }
}
