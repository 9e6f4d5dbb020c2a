package import Concurrency
import Synchronization

/// A clock that several parties read and a test moves.
package final class ManualTime: Sendable {
    private let time: Mutex<UnixTime>

    package init(_ time: UnixTime) {
        self.time = Mutex(time)
    }

    package var now: UnixTime { time.withLock { $0 } }

    package func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
