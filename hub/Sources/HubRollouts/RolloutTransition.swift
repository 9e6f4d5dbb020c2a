import HubStore
import JSON

/// One thing that a step of a rollout did.
package enum RolloutTransition: Hashable, Sendable {
    /// It is known which clusters it touches: so many wait, and on so many others nothing differs.
    case planned(affected: Int, unaffected: Int)
    /// A wave begins; counted from 0.
    case wave(Int)
    /// Clusters were told to run the revision.
    case moved([String])
    case healthy([String])
    case failed(String, String)
    case deferred(String, String)
    /// A cluster that was deferred answers again.
    case back(String)
    case taken(String, by: Int64)
    /// The present wave is well, and is watched from now on.
    case soaking(Int)
    case paused
    case resumed
    case promoted
    case halted(String)
    case returning(String)
    case returned
    case completed
    case aborted
    case superseded(Int64)

    /// The stable name for the audit log; `nil` for what the places tell.
    var name: String? {
        switch self {
        case .planned: "planRollout"
        case .wave: "beginRolloutWave"
        case .moved: "moveClusters"
        case .failed: "failRolloutCluster"
        case .soaking: "soakRolloutWave"
        case .halted: "haltRollout"
        case .returning: "returnRollout"
        case .returned: "finishRolloutReturn"
        case .completed: "completeRollout"
        case .superseded: "supersedeRollout"
        // What a person does is told as theirs.
        case .paused, .resumed, .promoted, .aborted: nil
        case .healthy, .deferred, .back, .taken: nil
        }
    }

    /// In a few words.
    package var text: String {
        switch self {
        case .planned(let affected, let unaffected): "\(affected) affected clusters, \(unaffected) others"
        case .wave(let wave): "wave \(wave + 1)"
        case .moved(let names): "moved \(Self.list(names))"
        case .healthy(let names): "healthy \(Self.list(names))"
        case .failed(let name, let why): "\(name): \(why)"
        case .deferred(let name, let why): "\(name): \(why)"
        case .back(let name): "\(name) is back"
        case .taken(let name, let number): "\(name): rollout \(number) moves it"
        case .soaking(let wave): "wave \(wave + 1) is well"
        case .paused: "paused"
        case .resumed: "resumed"
        case .promoted: "promoted"
        case .halted(let why), .returning(let why): why
        case .returned: "returned"
        case .completed: "completed"
        case .aborted: "aborted"
        case .superseded(let number): "by rollout \(number)"
        }
    }

    private static func list(_ names: [String]) -> String {
        let first = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(first) and \(names.count - 5) more" : first
    }
}

extension RolloutTransition {
    /// What the audit log, and the event that follows, tell of it; `nil` for what the places tell.
    ///
    /// `culprit`: the cluster that failed, where one did. It is named, so that the people of teams that live there are told.
    func entry(of rollout: Rollout, because culprit: String?) -> AuditEntry? {
        guard let name else { return nil }
        let subject = "rollout \(rollout.number)"
        let entry = AuditEntry(named: name, subject, detail: text)
        let (kind, cluster): (String, String?) =
            switch self {
            case .failed(let cluster, _): ("rollout.cluster-failed", cluster)
            case .halted: ("rollout.halted", culprit)
            case .returning: ("rollout.returning", culprit)
            default: ("", nil)
            }
        guard let cluster else { return entry }
        return entry.telling(
            FleetEvent(
                kind,
                subject,
                cluster: cluster,
                revision: rollout.revision,
                data: ["detail": .string(text), "rollout": .integer(rollout.number)]
            )
        )
    }
}

extension RolloutPlace {
    /// What is told of the cluster's new place; `nil` where nothing is, or the transition tells it.
    ///
    /// `before`: where it stood.
    func event(of rollout: Rollout, before: State?) -> FleetEvent? {
        guard state != before, let kind = kind(before) else { return nil }
        var data: JSONValue = ["rollout": .integer(rollout.number), "wave": .integer(Int64(wave) + 1)]
        if let reason { data["reason"] = .string(reason) }
        return FleetEvent(
            kind,
            "rollout \(rollout.number)",
            cluster: cluster,
            revision: [.returning, .returned].contains(state) ? from : rollout.revision,
            data: data
        )
    }

    private func kind(_ before: State?) -> String? {
        switch state {
        case .waiting: before == .deferred ? "rollout.cluster-back" : nil
        case .moved: before == .deferred ? "rollout.cluster-back" : "rollout.cluster-moved"
        case .healthy: "rollout.cluster-healthy"
        case .deferred: "rollout.cluster-deferred"
        case .returning: "rollout.cluster-returning"
        case .returned: "rollout.cluster-returned"
        case .taken: "rollout.cluster-taken"
        // The audit log has it, and tells of it.
        case .failed: before == .returning ? "rollout.cluster-failed" : nil
        }
    }
}
