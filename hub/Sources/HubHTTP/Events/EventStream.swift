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

    private var reader: EventReader
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
        while true {
            let seen = feed.news.version
            let step = try await reader.step()
            if step.isResync || !step.events.isEmpty {
                told = step.position
                return text(step)
            }
            if step.hasMore { continue }
            if await !wait(seen, heartbeat) { return pulse(step.position) }
        }
    }

    private func text(_ step: EventReader.Step) -> ByteBuffer {
        var buffer = ByteBuffer()
        if step.isResync {
            let data = HubEvent.resync(step.position).json
            buffer.writeString("id: \(step.position)\nevent: \(HubEvent.resyncKind)\ndata: ")
            buffer.writeBytes(data.serialized())
            buffer.writeString("\n\n")
        }
        for event in step.events {
            buffer.writeString("id: \(event.cursor)\nevent: \(event.kind)\ndata: ")
            buffer.writeBytes(HubEvent(event).json.serialized())
            buffer.writeString("\n\n")
        }
        return buffer
    }

    /// A comment; with a new position where others' events went by, which clients keep without an event.
    private mutating func pulse(_ position: EventCursor) -> ByteBuffer {
        guard told != position else { return ByteBuffer(string: ": still here\n\n") }
        told = position
        return ByteBuffer(string: ": still here\nid: \(position)\n\n")
    }
}
