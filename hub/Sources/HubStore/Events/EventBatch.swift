/// What follows a position in the table of events.
package struct EventBatch: Hashable, Sendable {
    /// In the order of their positions.
    package var events: [EventRecord]
    /// Where to go on.
    package var next: EventCursor
    /// Whether the position that was asked for is not, or no longer, one of this database: what came after it is unknown, and
    /// `next` is the newest event.
    package var isResync = false
    /// Whether more can be read at once.
    package var hasMore = false
    /// Whether events are committed that cannot be read yet, because an older transaction still runs.
    package var isHeldBack = false

    package init(events: [EventRecord], next: EventCursor) {
        self.events = events
        self.next = next
    }
}
