import Concurrency
import Hummingbird
import HTTPTypes
import NIOCore

/// A request's context that knows its connection, so that a fault can break it.
struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Translates between HTTP and the simulated cluster.
struct SimulatorResponder: HTTPResponder {
    let cluster: SimulatedCluster
    let faults: FaultPlan

    private struct ConnectionDropped: Error {}

    func respond(to request: Request, context: SimulatorContext) async throws -> Response {
        var answersAreLost = false
        var denials: [@Sendable (APIRequest) -> FaultPlan.Denial] = []
        var apiRequest = APIRequest(
            request.method.rawValue,
            request.head.path ?? "/",
            accept: request.headers[.accept] ?? "application/json",
            contentType: request.headers[.contentType] ?? "application/json",
            userAgent: request.headers[.userAgent] ?? "unknown",
            authorization: request.headers[.authorization],
            impersonation: Self.impersonation(in: request.headers)
        )
        for effect in faults.effects(on: apiRequest) {
            switch effect {
            case .delay(let duration): try await Task.sleep(for: duration)
            case .wait(let signal): _ = await signal.wait(after: 0)
            case .refuse(let status, let retryAfter):
                return response(Self.refusal(status, retryAfter), request, context)
            case .deny(let denial): denials.append(denial)
            case .drop: try drop(context)
            case .dropAnswer: answersAreLost = true
            }
        }
        // A watch has no body, and its connection is watched for its end, which collecting would prevent.
        if request.method != .get {
            let buffer = try await request.body.collect(upTo: SimulatorServer.maximumBodyBytes)
            apiRequest.body = Array(buffer.readableBytesView)
        }
        if let denial = denials.first?(apiRequest) {
            return response(APIStatus(denial.status, denial.reason, denial.message).response, request, context)
        }
        let answer = cluster.handle(apiRequest)
        if answersAreLost { try drop(context) }
        return response(answer, request, context)
    }

    private static func impersonation(in headers: HTTPFields) -> Impersonation? {
        guard let user = HTTPField.Name("Impersonate-User").flatMap({ headers[$0] }) else { return nil }
        return Impersonation(
            user: user,
            groups: HTTPField.Name("Impersonate-Group").map { headers[values: $0] } ?? []
        )
    }

    private func drop(_ context: SimulatorContext) throws {
        context.channel.close(promise: nil)
        throw ConnectionDropped()
    }

    private static func refusal(_ status: Int, _ retryAfter: Int?) -> APIResponse {
        switch status {
        case 429:
            APIStatus(
                429,
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later",
                retryAfter: retryAfter ?? 1
            ).response
        case 503:
            APIStatus(
                503,
                "ServiceUnavailable",
                "the server is currently unable to handle the request",
                retryAfter: retryAfter
            )
            .response
        default:
            APIStatus(
                status,
                "InternalError",
                "an error on the server has prevented the request from succeeding",
                retryAfter: retryAfter
            ).response
        }
    }

    private func response(_ answer: APIResponse, _ request: Request, _ context: SimulatorContext) -> Response {
        var headers: HTTPFields = [.contentType: answer.contentType]
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let status = HTTPResponse.Status(code: answer.status)
        switch answer.body {
        case .bytes(let bytes):
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .events(let stream):
            return Response(status: status, headers: headers, body: body(of: stream, request))
        }
    }

    private func body(of stream: WatchStream, _ request: Request) -> ResponseBody {
        let cluster = cluster
        return ResponseBody { writer in
            defer { cluster.end(stream) }
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await Task.sleep(
                            for: .seconds(stream.timeoutSeconds ?? SimulatorServer.defaultWatchSeconds)
                        )
                        cluster.end(stream)
                    }
                    for await line in stream.events { try await writer.write(ByteBuffer(bytes: line)) }
                    group.cancelAll()
                }
            }
            try await writer.finish(nil)
        }
    }
}
