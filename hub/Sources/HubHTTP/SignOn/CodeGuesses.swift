import Concurrency
import Synchronization

/// How many codes that no device has somebody may type (RFC 8628, section 5.1).
///
/// Counted for each person, on each replica: ten at once, then two a minute, of 25 thousand million codes.
final class CodeGuesses: Sendable {
    /// More people than this are not counted one by one; the count begins anew.
    private static let maximumPeople = 10_000

    private let clock: WallClock
    private let budgets = Mutex<[String: RequestBudget]>([:])

    init(clock: @escaping WallClock) {
        self.clock = clock
    }

    /// Whether somebody may type another code.
    func mayGuess(_ personID: String) -> Bool { budget(of: personID).isLeft }

    /// Counts a code that no device has.
    func missed(_ personID: String) { budget(of: personID).spend() }

    private func budget(of personID: String) -> RequestBudget {
        budgets.withLock { budgets in
            if let known = budgets[personID] { return known }
            if budgets.count >= Self.maximumPeople { budgets.removeAll() }
            let budget = RequestBudget(burst: 10, perSecond: 1.0 / 30, clock: clock)
            budgets[personID] = budget
            return budget
        }
    }
}
