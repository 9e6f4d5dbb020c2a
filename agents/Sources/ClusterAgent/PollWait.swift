/// How long the hub is asked to hold a question: as long as whatever is in between lets it.
///
/// A proxy that cuts connections on which nothing moves is met with half of the time, and with the whole again after many
/// questions that were held to their end: what cut the connection may have been a hub that started anew.
struct PollWait {
    /// The shortest that is asked for.
    static let shortest = Duration.seconds(10)
    /// A question that broke sooner was not cut for its length.
    static let soonestCut = Duration.seconds(5)
    /// By how much sooner than asked the hub may answer: it answers many at once.
    static let slack = Duration.seconds(1)
    /// How many questions in a row must be held before a longer one is tried.
    static let patience = 20

    private let longest: Duration
    private var heldInARow = 0
    /// How long the next question is to be held.
    private(set) var current: Duration

    init(longest: Duration) {
        self.longest = longest
        current = longest
    }

    /// A question was answered, after so long.
    mutating func noteAnswer(after elapsed: Duration) {
        guard current < longest, elapsed >= current - Self.slack else { return }
        heldInARow += 1
        guard heldInARow >= Self.patience else { return }
        heldInARow = 0
        current = min(longest, current * 2)
    }

    /// A question broke off without an answer, after so long.
    mutating func noteCut(after elapsed: Duration) {
        heldInARow = 0
        guard elapsed >= Self.soonestCut else { return }
        current = min(current, max(Self.shortest, current / 2))
    }
}
