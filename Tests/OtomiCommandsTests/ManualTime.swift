import OtomiCommands
import Synchronization

/// A clock that moves only when somebody sleeps, or is told to.
final class ManualTime: Sendable {
    private let elapsed = Mutex(Duration.zero)
    private let sleeps = Mutex<[Duration]>([])

    var slept: [Duration] { sleeps.withLock(\.self) }

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }

    var source: TimeSource {
        TimeSource(
            elapsed: { self.elapsed.withLock(\.self) },
            sleep: { duration in
                try Task.checkCancellation()
                self.sleeps.withLock { $0.append(duration) }
                self.advance(by: duration)
                await Task.yield()
            },
            unixSeconds: { testNow }
        )
    }
}
