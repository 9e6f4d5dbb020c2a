import Concurrency
import Synchronization

/// The time as answers tell it (RFC 9110, section 6.6.1), written once a second.
final class AnswerDate: Sendable {
    private let clock: WallClock
    private let last = Mutex<(second: Int64, text: String)>((.min, ""))

    init(clock: @escaping WallClock) {
        self.clock = clock
    }

    var now: String {
        let time = clock()
        return last.withLock { last in
            if last.second != time.seconds { last = (time.seconds, time.httpDate) }
            return last.text
        }
    }
}
