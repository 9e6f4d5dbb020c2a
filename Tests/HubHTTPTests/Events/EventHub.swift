import Concurrency
import HTTPTransport
import HubAPI
import HubHTTP
import HubStore
import HubTestSupport
import Hummingbird
import JSON
import ServiceLifecycle
import Testing

/// A replica that listens, with everything that runs beside it, and whoever reads its events.
struct EventHub: Sendable {
    let hub: HubTest
    /// Asks another replica, without a socket.
    let caller: HubCaller
    let url: String
    let client: HTTPClient

    static func with(
        _ settings: ServerSettings = ServerSettings(),
        _ body: @escaping @Sendable (EventHub) async throws -> Void
    ) async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let application = hub.application(settings)
            let (ports, announce) = AsyncStream.makeStream(of: Int.self)
            let server = application.server(on: .hostname("127.0.0.1", port: 0)) { port in
                if let port { announce.yield(port) }
            }
            let client = try HTTPClient(configuration: HTTPClient.Configuration(proxy: .none))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in application.services { group.addTask { try await service.run() } }
                group.addTask {
                    defer { announce.finish() }
                    try await server.run()
                }
                let port = try #require(await ports.first { _ in true })
                defer { group.cancelAll() }
                let url = "http://127.0.0.1:\(port)"
                try await body(EventHub(hub: hub, caller: caller, url: url, client: client))
            }
            await client.shutDown()
        }
    }

    /// Where a reader begins that wants nothing of what was before: other tests on the same server may hold events back for a
    /// moment.
    func now() async throws -> String {
        while try await hub.store.events(after: .beginning).isHeldBack {}
        return "\(try await hub.store.events(after: nil).next)"
    }

    /// Opens a stream.
    func stream(
        _ query: String = "",
        token: String = HubTest.adminToken,
        after position: String? = nil
    ) async throws -> EventText {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token)", "Accept": "text/event-stream"]
        if let position { headers["Last-Event-ID"] = position }
        let request = HTTPTransport.HTTPRequest(
            .get,
            "\(url)\(Route.events.path())\(query)",
            headers: headers,
            timeout: .seconds(120)
        )
        return EventText(try await client.stream(request))
    }

    /// Reads a page.
    func page(_ query: String, token: String = HubTest.adminToken) async throws -> EventPage {
        let request = HTTPTransport.HTTPRequest(
            .get,
            "\(url)\(Route.events.path())\(query)",
            headers: ["Authorization": "Bearer \(token)"],
            timeout: .seconds(120)
        )
        let response = try await client.send(request)
        try #require(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        return try EventPage(json: JSONValue(parsing: response.body))
    }
}

/// A stream of server-sent events, read as a browser reads it.
final class EventText {
    struct Frame: Equatable {
        var id: String?
        var event: String?
        var data: String?
        var retry: String?
        var comment: String?

        var json: JSONValue? { data.flatMap { try? JSONValue(parsing: Array($0.utf8)) } }
    }

    let stream: HTTPResponseStream
    private var rest: [UInt8] = []

    init(_ stream: HTTPResponseStream) { self.stream = stream }

    /// The next block of lines; `nil` at the end.
    func next() async throws -> Frame? {
        while true {
            if let end = rest.firstRange(of: Array("\n\n".utf8)) {
                let block = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                rest.removeSubrange(..<end.upperBound)
                return Self.frame(block)
            }
            guard let chunk = try await stream.next() else { return nil }
            rest += chunk
        }
    }

    /// The next blocks that are events, as many as asked for.
    func events(_ count: Int) async throws -> [Frame] {
        var events: [Frame] = []
        while events.count < count, let frame = try await next() {
            if frame.data != nil { events.append(frame) }
        }
        return events
    }

    private static func frame(_ block: String) -> Frame {
        var frame = Frame()
        for line in block.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1].hasPrefix(" ") ? parts[1].dropFirst() : parts[1]) : ""
            switch parts[0] {
            case "id": frame.id = value
            case "event": frame.event = value
            case "data": frame.data = value
            case "retry": frame.retry = value
            case "": frame.comment = value
            default: break
            }
        }
        return frame
    }
}
