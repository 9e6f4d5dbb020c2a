import Concurrency
import HubEvents
import HubStore

/// Follows the events for one caller, step by step.
struct EventReader: Sendable {
    /// Where a reader begins.
    enum Start: Hashable, Sendable {
        /// With what happens from now on.
        case now
        /// After this event.
        case after(EventCursor)
        /// After a position that is none: everything has to be looked at anew.
        case unknown
    }

    /// What one step came to.
    struct Step: Sendable {
        /// What the caller wants to see and may see.
        var events: [EventRecord] = []
        /// Where the reader is now.
        var position: EventCursor
        var isResync = false
        var hasMore = false
    }

    private let feed: EventFeed
    private let store: HubStore
    private let filter: EventFilter
    private let view: EventView
    private let start: Start
    /// The last event that was looked at, and the epoch in which it was one.
    private var known: (position: EventCursor, epoch: UInt64)?

    init(_ start: Start, feed: EventFeed, store: HubStore, filter: EventFilter, view: EventView) {
        self.start = start
        self.feed = feed
        self.store = store.unbound
        self.filter = filter
        self.view = view
    }

    /// What there is now; waits for nothing.
    ///
    /// - Throws: `StoreError`.
    mutating func step() async throws -> Step {
        let epoch = feed.epoch
        let batch = try await next(epoch)
        known = (batch.next, epoch)
        return Step(
            events: try await view.part(of: batch.events.filter(filter.matches)),
            position: batch.next,
            isResync: batch.isResync,
            hasMore: batch.hasMore
        )
    }

    private func next(_ epoch: UInt64) async throws -> EventBatch {
        if let known {
            if known.epoch == epoch, let batch = feed.batch(after: known.position, epoch: epoch) { return batch }
            return try await store.events(after: known.position)
        }
        switch start {
        case .now: return try await store.events(after: nil)
        case .after(let position): return try await store.events(after: position)
        case .unknown:
            var batch = try await store.events(after: nil)
            batch.isResync = true
            return batch
        }
    }
}
