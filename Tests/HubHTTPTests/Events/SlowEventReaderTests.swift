import Concurrency
import HTTPTransport
import HubAPI
import HubEvents
import HubStore
import HubTestSupport
import JSON
import Logging
import NIOCore
import NIOPosix
import Postgres
import Testing
import Values

@testable import HubHTTP

/// Readers of event streams that do not read.
@Suite struct SlowEventReaderTests {
    /// How large the data of an event is about; below what events are cut to.
    private static let dataBytes = 3_500

    private static func tell(_ numbers: Range<Int>, in hub: HubTest) async throws {
        let text = String(repeating: "x", count: dataBytes)
        let events = numbers.map { FleetEvent("test.told", "event \($0)", data: ["text": .string(text)]) }
        let store = hub.store
        let connection = try await PostgresConnection.connect(hub.configuration, logger: Logger(label: "test"))
        try await emit(events, store, on: connection)
        while try await store.events(after: .beginning).isHeldBack {}
    }

    private static func emit(
        _ events: [FleetEvent],
        _ store: HubStore,
        on connection: isolated PostgresConnection
    ) throws {
        try connection.transaction { connection in try store.emit(events, on: connection) }
    }

    @Test func `one that does not read is cut off, and the others miss nothing`() async throws {
        var settings = ServerSettings()
        settings.connections.answerWindow = .seconds(1)
        try await EventHub.with(settings) { hub in
            let start = try await hub.now()
            let good = try await hub.stream("?kind=test.told", after: start)
            let channel = try await Self.connect(to: hub.url)
            try await channel.writeAndFlush(
                ByteBuffer(
                    string: "GET \(Route.events.path())?kind=test.told&after=\(start) HTTP/1.1\r\nhost: hub\r\n"
                        + "accept: text/event-stream\r\nauthorization: Bearer \(HubTest.adminToken)\r\n\r\n"
                )
            )
            var seen: [String] = []
            // More and more, until the kernel's buffers hold no more of it.
            while try await hub.refusedReaders() == 0, seen.count < 20_000 {
                try await Self.tell(seen.count..<seen.count + 500, in: hub.hub)
                seen += try await good.events(500).compactMap { $0.json?["subject"]?.stringValue }
            }
            #expect(try await hub.refusedReaders() == 1)
            try await Self.tell(seen.count..<seen.count + 1, in: hub.hub)
            seen += try await good.events(1).compactMap { $0.json?["subject"]?.stringValue }
            #expect(seen == seen.indices.map { "event \($0)" })
            try? await channel.close()
        }
    }

    @Test func `a piece of a stream is bounded, however much there is to tell`() async throws {
        try await HubTest.with { hub, _ in
            let store = hub.store
            let start = try await store.events(after: nil).next
            try await Self.tell(0..<300, in: hub)
            let credential = try #require(Credential(bearer: HubTest.adminToken))
            let admin = Caller(
                identity: try #require(try await store.identify(credential)),
                address: nil,
                cookie: nil,
                live: LiveRequests(store: store, events: hub.events, logger: Logger(label: "test"))
            )
            let feed = hub.application.feed
            let reader = EventReader(
                .after(start),
                feed: feed,
                store: store,
                filter: EventFilter(kinds: try #require(EventKinds(["test.told"]))),
                view: EventView(of: admin, store)
            )
            var stream = EventStream(reader, feed: feed, heartbeat: .seconds(15)) { _, _ in false }
            var pieces: [String] = []
            while pieces.last?.hasPrefix(":") != true { pieces.append(String(buffer: try await stream.next())) }
            #expect(pieces.count > 10)
            #expect(pieces.allSatisfy { $0.utf8.count < EventStream.pieceBytes + 2 * Self.dataBytes })
            #expect(pieces.joined().ranges(of: "event: test.told").count == 300)
        }
    }

    /// A connection that reads nothing, with as small a buffer as the kernel gives.
    private static func connect(to url: String) async throws -> any Channel {
        let port = try #require(url.lastIndex(of: ":").flatMap { Int(url[url.index(after: $0)...]) })
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .connect(host: "127.0.0.1", port: port).get()
    }
}

extension EventHub {
    /// How many connections were closed because nobody read.
    fileprivate func refusedReaders() async throws -> Int {
        let answer = try await client.send(HTTPTransport.HTTPRequest(.get, "\(url)/metrics"))
        let line = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("otomi_hub_connections_refused_total{reason=\"reader\"}") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int(Double($0) ?? 0) } ?? 0
    }
}
