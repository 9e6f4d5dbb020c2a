package import JSON

/// What of the events follows a position, as the long poll answers it.
package struct EventPage: Hashable, Sendable {
    package var events: [HubEvent]
    /// What to send as `after` next; it moves on also where no event was of interest.
    package var next: String
    /// Whether what followed the position is not known any more: look at everything anew, and go on from `next`.
    package var isResync: Bool
    /// Whether more can be read at once.
    package var hasMore: Bool

    package init(events: [HubEvent], next: String, isResync: Bool = false, hasMore: Bool = false) {
        self.events = events
        self.next = next
        self.isResync = isResync
        self.hasMore = hasMore
    }
}

extension EventPage: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        events = try json.required("events")
        next = try json.required("next")
        isResync = try json.optional("resync") ?? false
        hasMore = try json.optional("more") ?? false
    }

    package var json: JSONValue {
        .members(["events": events, "next": next, "resync": isResync, "more": hasMore])
    }
}
