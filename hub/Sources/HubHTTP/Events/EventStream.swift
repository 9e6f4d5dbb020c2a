import Concurrency
import HubAPI
import HubEvents
import HubStore
import JSON
import NIOCore

/// The events as a stream of server-sent events: one piece of text after another.
struct EventStream: Sendable {
    /// Waits for a newer version of the feed than that, at most so long.
    typealias Wait = @Sendable (_ after: UInt64, _ limit: Duration) async -> Bool

    /// How long a piece is at most, in bytes, and but for its last event: what a slow reader makes a replica hold.
    static let pieceBytes = 64 << 10

    private var reader: EventReader
    /// What was read and not made a piece of.
    private var rest: ArraySlice<EventRecord> = []
    private let feed: EventFeed
    private let heartbeat: Duration
    private let wait: Wait
    /// What the client has as its position.
    private var told: EventCursor?

    init(_ reader: EventReader, feed: EventFeed, heartbeat: Duration, wait: @escaping Wait) {
        self.reader = reader
        self.feed = feed
        self.heartbeat = heartbeat
        self.wait = wait
    }

    /// What the stream begins with.
    static func opening(_ retry: Duration) -> ByteBuffer { ByteBuffer(string: "retry: \(retry.wholeMilliseconds)\n\n") }

    /// The next piece: events, or after a while without any a sign of life.
    ///
    /// - Throws: `StoreError`.
    mutating func next() async throws -> ByteBuffer {
        while rest.isEmpty {
            let seen = feed.news.version
            let step = try await reader.step()
            if step.isResync {
                told = step.position
                return resync(step.position)
            }
            rest = step.events[...]
            if !rest.isEmpty { break }
            if step.hasMore { continue }
            if await !wait(seen, heartbeat) { return pulse(step.position) }
        }
        return piece()
    }

    private mutating func piece() -> ByteBuffer {
        var buffer = ByteBuffer()
        while buffer.readableBytes < Self.pieceBytes, let event = rest.popFirst() {
            buffer.writeString("id: \(event.cursor)\nevent: \(event.kind)\ndata: ")
            buffer.writeBytes(HubEvent(event).json.serialized())
            buffer.writeString("\n\n")
            told = event.cursor
        }
        return buffer
    }

    /// Says that what followed the reader's position is not known any more.
    private func resync(_ position: EventCursor) -> ByteBuffer {
        var buffer = ByteBuffer(string: "id: \(position)\nevent: \(HubEvent.resyncKind)\ndata: ")
        buffer.writeBytes(HubEvent.resync(position).json.serialized())
        buffer.writeString("\n\n")
        return buffer
    }

    /// A comment; with a new position where others' events went by, which clients keep without an event.
    private mutating func pulse(_ position: EventCursor) -> ByteBuffer {
        guard told != position else { return ByteBuffer(string: ": still here\n\n") }
        told = position
        return ByteBuffer(string: ": still here\nid: \(position)\n\n")
    }
}
