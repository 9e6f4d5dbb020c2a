import HubAPI
import Synchronization

/// Counts who reads events, and takes no more than there is room for.
final class EventSeats: Sendable {
    /// One reader's place; it is free again when nobody holds it any more.
    final class Seat: Sendable {
        private let seats: EventSeats
        private let caller: String

        fileprivate init(_ seats: EventSeats, caller: String) {
            self.seats = seats
            self.caller = caller
        }

        deinit { seats.leave(caller) }
    }

    private let limits: EventLimits
    private let random: @Sendable (ClosedRange<Int>) -> Int
    private let taken = Mutex<[String: Int]>([:])

    init(_ limits: EventLimits, random: @escaping @Sendable (ClosedRange<Int>) -> Int = { Int.random(in: $0) }) {
        self.limits = limits
        self.random = random
    }

    /// How many read.
    var count: Int { taken.withLock { $0.values.reduce(0, +) } }

    /// A place for a reader of that name.
    ///
    /// - Throws: `Postponement` with 429 when the caller has too many, with 503 when everybody together has.
    func take(_ caller: String) throws -> Seat {
        let refusal = taken.withLock { taken -> ProblemKind? in
            if taken[caller, default: 0] >= limits.readersPerCaller { return .tooManyRequests }
            if taken.values.reduce(0, +) >= limits.readers { return .unavailable }
            taken[caller, default: 0] += 1
            return nil
        }
        switch refusal {
        case nil: return Seat(self, caller: caller)
        case .tooManyRequests:
            throw Postponement(
                Problem(
                    .tooManyRequests,
                    detail: "You read events \(limits.readersPerCaller) times at once already.",
                    hint: "End one of the streams first."
                ),
                retryAfterSeconds: random(5...15)
            )
        default:
            throw Postponement(
                Problem(.unavailable, detail: "As many read events as this hub can serve.", hint: "Try again later."),
                retryAfterSeconds: random(5...15)
            )
        }
    }

    private func leave(_ caller: String) {
        taken.withLock { taken in
            let left = taken[caller, default: 1] - 1
            taken[caller] = left > 0 ? left : nil
        }
    }
}
