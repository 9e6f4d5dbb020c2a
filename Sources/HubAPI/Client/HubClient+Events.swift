import HTTPTransport
import JSON

extension HubClient {
    /// The events after a position; waits for the first one when there is none yet.
    ///
    /// - Parameters:
    ///   - query: which events.
    ///   - position: the `next` of the page before; `nil` begins where the query says, or now.
    ///   - wait: how long; whole seconds, at most 50.
    /// - Returns: the events, and where to go on.
    /// - Throws: `HubClientError`.
    package func events(
        _ query: EventQuery,
        after position: String?,
        waiting wait: Duration = .zero
    ) async throws(HubClientError) -> EventPage {
        let path = query.path(after: position, wait: wait > .zero ? wait.components.seconds : nil)
        let action = "reading the events"
        return try decode(try await send(.get, path, waiting: wait, action: action), action: action)
    }
}
