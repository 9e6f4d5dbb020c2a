import Concurrency
import HubAPI

/// Follows the hub's events without a gap: a hub that is away for a moment is asked again from where it was.
struct EventWatch {
    /// What whoever watches is told.
    enum News {
        case event(HubEvent)
        /// Events may have been missed: what was seen before is not to be relied on.
        case resync
        /// The hub does not answer; told once, until it does again.
        case away(HubClientError)
        case back
    }

    let time: TimeSource
    /// What follows a position, after a wait at most so long when there is nothing yet; without one, where to begin.
    let read: @Sendable (_ after: String?, _ wait: Duration) async throws -> EventPage
    /// The next pause after a failure.
    var backoff = Backoff(base: .milliseconds(250), cap: .seconds(15))

    private static let longestPoll = Duration.seconds(25)
    private static let shortestPoll = Duration.milliseconds(100)

    /// Tells the news until `tell` answers that it is enough, or `timeout` is over.
    ///
    /// - Returns: whether it was enough; false when time ran out.
    /// - Throws: what `read` throws for good, what `tell` throws, and `CancellationError`.
    mutating func follow(timeout: Duration?, _ tell: (News) throws -> Bool) async throws -> Bool {
        let end = timeout.map { time.elapsed() + $0 }
        var position: String?
        var isAway = false
        while true {
            let asked = time.elapsed()
            if let end, asked >= end { return false }
            do {
                let left = end.map { $0 - asked } ?? Self.longestPoll
                // The first answer only says where to begin, unless something is there already.
                let isFirst = position == nil
                let page = try await read(position, isFirst ? .zero : min(left, Self.longestPoll))
                position = page.next
                backoff.reset()
                if isAway, try tell(.back) { return true }
                isAway = false
                if page.isResync, try tell(.resync) { return true }
                for event in page.events where try tell(.event(event)) { return true }
                // An answer that came at once without anything: never ask in a tight loop.
                let isIdle = page.events.isEmpty && !page.hasMore && !page.isResync
                if isIdle, !isFirst, time.elapsed() - asked < Self.shortestPoll {
                    try await time.sleep(Self.shortestPoll)
                }
            } catch let error as HubClientError where error.isTransient {
                if !isAway, try tell(.away(error)) { return true }
                isAway = true
                try await time.sleep(backoff.next())
            }
        }
    }
}
