import Concurrency
import HTTPTypes
import HubAPI
import HubEvents
import HubStore
import Hummingbird
import NIOCore
import Values

/// What happens, as it happens: a stream of server-sent events, or pages by long poll.
struct EventRoutes {
    /// The longest wait that is granted; below the idle timeouts of common load balancers.
    private static let maximumWait: Int64 = 50
    private static let streamType = "text/event-stream"

    let store: HubStore
    let feed: EventFeed
    let limits: EventLimits
    let seats: EventSeats

    init(store: HubStore, feed: EventFeed, limits: EventLimits) {
        self.store = store
        self.feed = feed
        self.limits = limits
        seats = EventSeats(limits)
    }

    func add(to routes: GuardedRoutes) {
        routes.get(.events, .readEvents, use: events)
    }

    private func events(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let reader = EventReader(
            try await start(request),
            feed: feed,
            store: store,
            filter: try EventFilter(request),
            view: EventView(of: caller, store)
        )
        let accepted = request.headers[.accept] ?? ""
        guard accepted.contains(Self.streamType) else { return try await page(reader, request, caller) }
        return stream(reader, caller, try seats.take(caller.name))
    }

    /// Where to begin: the header of a client that comes back wins over the address that it was given once.
    private func start(_ request: Request) async throws -> EventReader.Start {
        let kept = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        if let text = kept ?? request.query("after") {
            return EventCursor(text).map { .after($0) } ?? .unknown
        }
        guard let text = request.query("since") else { return .now }
        guard let time = UnixTime(rfc3339: text) else {
            throw Problem(.badRequest, detail: "The query item 'since' is no time of RFC 3339: '\(text)'.")
        }
        return .after(try await store.eventPosition(before: time))
    }

    // MARK: - Pages

    private func page(_ reader: EventReader, _ request: Request, _ caller: Caller) async throws -> Response {
        let wait = try request.number("wait", maximum: Self.maximumWait) ?? 0
        var reader = reader
        var seen = feed.news.version
        var step = try await reader.step()
        guard wait > 0 else { return Response(EventPage(step)) }
        let seat = try seats.take(caller.name)
        let end = ContinuousClock.now + .seconds(wait)
        while step.events.isEmpty, !step.isResync, !Task.isCancelled {
            if !step.hasMore {
                let left = end - ContinuousClock.now
                guard left > .zero else { break }
                let hasNews = try await caller.whileLetIn { [news = feed.news, seen] in
                    await news.waits(after: seen, atMost: left)
                }
                guard hasNews else { break }
            }
            seen = feed.news.version
            step = try await reader.step()
        }
        return withExtendedLifetime(seat) { Response(EventPage(step)) }
    }

    // MARK: - Streams

    private func stream(_ reader: EventReader, _ caller: Caller, _ seat: EventSeats.Seat) -> Response {
        let first = EventStream(reader, feed: feed, heartbeat: limits.heartbeat) { [news = feed.news] seen, limit in
            await news.waits(after: seen, atMost: limit)
        }
        let opening = EventStream.opening(limits.retry)
        let body = ResponseBody { writer in
            var stream = first
            try await writer.write(opening)
            // Whoever reads too slowly is cut off by the connection itself, and then writing fails.
            while Exchange.current?.isEnding != true, !Task.isCancelled {
                do {
                    let (next, text) = try await caller.whileLetIn { [stream] in
                        var stream = stream
                        let text = try await stream.next()
                        return (stream, text)
                    }
                    stream = next
                    try await writer.write(text)
                } catch let error where error is Problem || error is StoreError {
                    // Their access has ended, or the database is away: they come back, and hear which.
                    break
                }
            }
            withExtendedLifetime(seat) {}
            try await writer.finish(nil)
        }
        var headers: HTTPFields = [.contentType: Self.streamType, .cacheControl: "no-store"]
        // A proxy in front must pass on what comes, as it comes.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(status: .ok, headers: headers, body: body)
    }
}

extension EventPage {
    fileprivate init(_ step: EventReader.Step) {
        self.init(
            events: step.events.map(HubEvent.init),
            next: "\(step.position)",
            isResync: step.isResync,
            hasMore: step.hasMore
        )
    }
}
