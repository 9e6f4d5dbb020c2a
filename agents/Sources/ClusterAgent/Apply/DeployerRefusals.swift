import Concurrency
import Synchronization

/// Since when the API server refuses the deployer of which team.
///
/// An API server learns of a new binding a moment after it took it. What is refused in the moments after a team's first
/// refusal is tried again at once; later refusals are what they say, and wait for the next pass.
final class DeployerRefusals: Sendable {
    /// How long a binding may take to be known.
    private static let patience: Duration = .seconds(2)

    private let first = Mutex<[String: UnixTime]>([:])

    /// Takes up that `team` was refused at `now`; says whether another try may help.
    func mayPass(_ team: String, now: UnixTime) -> Bool {
        first.withLock { first in
            let since = first[team] ?? now
            first[team] = since
            return now < since + Self.patience
        }
    }
}
