import AgentProtocol
import Bundles
package import ClusterAgent
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore

/// Puts a hub behind HTTP on a loopback address, so that an agent reaches it as a process of its own.
///
/// Signatures of requests are not checked: whoever can reach it may ask.
package struct HubServer: Sendable {
    /// How large a report may be.
    static let maximumBodyBytes = 1 << 20

    /// What becomes of polls that ask for a parcel.
    package enum ParcelFault: String, CaseIterable, Sendable {
        /// The hub is older than parcels, and does not know what is asked for.
        case unknown
        /// What comes is none.
        case garbage
        /// It is longer than a parcel may be.
        case endless
    }

    private let hub: any HubConnection
    private let parcelFault: ParcelFault?

    package init(_ hub: any HubConnection, parcelFault: ParcelFault? = nil) {
        self.hub = hub
        self.parcelFault = parcelFault
    }

    /// Serves while `body` runs with the port.
    ///
    /// - Throws: what `body` throws, or why the server could not listen.
    package func serving<Result: Sendable>(
        _ body: @Sendable (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test-hub")
        logger.logLevel = .error
        let application = Application(
            responder: HubResponder(hub: hub, parcelFault: parcelFault),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { continuation.yield(port) }
            },
            logger: logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await application.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await group.waitForAll()
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await body(port)
        }
    }
}

/// Translates between HTTP and a hub.
private struct HubResponder: HTTPResponder {
    let hub: any HubConnection
    let parcelFault: HubServer.ParcelFault?

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let path = request.uri.path
        if path == "/livez" { return Response(status: .ok) }
        let buffer = try await request.body.collect(upTo: HubServer.maximumBodyBytes)
        let body = Array(buffer.readableBytesView)
        let route = AgentRoute(method: request.method.rawValue, path: path, query: request.uri.query ?? "")
        guard let route else { return Response(status: .notFound) }
        do {
            return try await answer(route, body)
        } catch let error as HubError {
            return Self.response(error)
        }
    }

    private func answer(_ route: AgentRoute, _ body: [UInt8]) async throws -> Response {
        switch route {
        case .enrol:
            return Self.response(try await hub.enrol(EnrolRequest(json: JSONValue(parsing: body))).json.serialized())
        case .rotate:
            return Self.response(try await hub.rotate(RotateRequest(json: JSONValue(parsing: body))).json.serialized())
        case .renew:
            return Self.response(try await hub.renew(RenewRequest(json: JSONValue(parsing: body))).json.serialized())
        case .metadata(.timestamp, let poll): return try await timestamp(poll)
        case .metadata(let file, _):
            guard let bytes = try await hub.metadata(file, limit: .max) else { return Response(status: .notFound) }
            return Self.response(bytes)
        case .layer(let digest): return Self.response(try await hub.layer(digest, length: .max))
        case .report:
            return Self.response(try await hub.report(Report(json: JSONValue(parsing: body))).json.serialized())
        case .objects:
            return Self.response(try await hub.objects(ObjectsReport(json: JSONValue(parsing: body))).json.serialized())
        case .trial:
            try await hub.trial(TrialReport(json: JSONValue(parsing: body)))
            return Response(status: .noContent)
        }
    }

    private func timestamp(_ poll: AgentRoute.Poll?) async throws -> Response {
        if poll?.generation != nil, let parcelFault {
            switch parcelFault {
            case .unknown: return Response(status: .notFound)
            case .garbage: return Self.response([1, 2, 3], type: Parcel.mediaType)
            case .endless:
                return Self.response([UInt8](repeating: 1, count: Parcel.maximumBytes + 1), type: Parcel.mediaType)
            }
        }
        let wait = Duration.seconds(poll?.waitSeconds ?? 0)
        let parcel = try await withThrowingTaskGroup(of: Parcel?.self) { group in
            group.addTask { [hub] in
                try await hub.news(after: poll?.after, root: poll?.root, generation: poll?.generation, wait: wait)
            }
            if wait > .zero {
                group.addTask {
                    try await Task.sleep(for: wait)
                    return nil
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let parcel else { return Response(status: poll == nil ? .notFound : .notModified) }
        guard parcel.entries.count > 1 else { return Self.response(parcel.timestamp) }
        return Self.response(parcel.serialized(), type: Parcel.mediaType)
    }

    private static func response(_ bytes: [UInt8], type: String = "application/json") -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    private static func response(_ error: HubError) -> Response {
        let status: HTTPResponse.Status =
            switch error.code {
            case .unreachable, .busy, .cancelled: .serviceUnavailable
            case .refused, .keyExpired, .pending: .forbidden
            case .faulty, .notAHub, .endlessData, .malformed: .badRequest
            }
        let problem: JSONValue = ["detail": .string(error.message)]
        return Response(
            status: status,
            headers: [.contentType: "application/problem+json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.serialized()))
        )
    }
}
