import Concurrency
import HubStore
import Synchronization

/// Whether a hub can tell a silent cluster from its own deafness.
///
/// Where nobody at all is heard of, it is the hub, its database or its network that was away; agents then come back one after
/// another, and who has not come yet is no cluster that is offline. The same holds for a hub that has just started.
final class Hearing: Sendable {
    private let since: Mutex<UnixTime>

    init(since: UnixTime) { self.since = Mutex(since) }

    /// Whether everybody who answers has had the time to be heard of.
    ///
    /// - Parameters:
    ///   - lastHeard: when any agent was last heard of, by any replica; `nil` where there is none.
    ///   - now: the time.
    /// - Returns: false while silence may be the hub's own fault.
    func judgesSilence(lastHeard: UnixTime?, now: UnixTime) -> Bool {
        since.withLock { since in
            if let lastHeard, now - lastHeard > RolloutFacts.silence { since = now }
            return now - since > RolloutFacts.silence
        }
    }
}
