import Dispatch
import Synchronization

/// Calls back some time later, to a tenth of a second, many thousand times at hardly any cost.
///
/// What is due in the same tenth shares one timer of the system. Nothing can be taken back: what is called must bear to come
/// when nobody needs it any more.
package final class CoarseTimer: Sendable {
    /// The one that everybody shares.
    package static let shared = CoarseTimer()

    private static let ticksPerSecond: Int64 = 10

    private let due = Mutex<[Int64: [@Sendable () -> Void]]>([:])
    private let start = ContinuousClock.now
    private let queue = DispatchQueue(label: "otomi.coarse-timer")

    init() {}

    /// How many calls are still to come.
    package var waiting: Int { due.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// Calls `body` when `time` has passed, at most a tenth of a second later.
    package func call(in time: Duration, _ body: @escaping @Sendable () -> Void) {
        let at = start.duration(to: .now) + max(.zero, time)
        let tick =
            at.components.seconds * Self.ticksPerSecond
            + at.components.attoseconds / (1_000_000_000_000_000_000 / Self.ticksPerSecond) + 1
        let isFirst = due.withLock { due in
            due[tick, default: []].append(body)
            return due[tick]?.count == 1
        }
        guard isFirst else { return }
        let left = Duration.milliseconds(tick * 1_000 / Self.ticksPerSecond) - start.duration(to: .now)
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(max(0, left.inNanoseconds)))) { [self] in
            for body in due.withLock({ $0.removeValue(forKey: tick) }) ?? [] { body() }
        }
    }
}

extension Duration {
    fileprivate var inNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
