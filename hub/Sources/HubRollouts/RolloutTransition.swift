import HubStore

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
