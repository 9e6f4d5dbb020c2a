package import HTTPTransport
import JSON

/// Asks one hub, as one user, and turns every answer into a value or a ``HubClientError``.
///
/// It holds no state between requests, so one client may be used from any number of tasks.
package struct HubClient: Sendable {
    /// What carries a request to the hub: `HTTPClient.send`, or a script in a test.
    package typealias Transport = @Sendable (HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse

    /// The hub's address without a trailing slash.
    package let url: String
    /// How long one request may take; a long poll gets its wait on top.
    package var timeout: Duration = .seconds(30)
    /// The longest answer that is read.
    package var maximumResponseBytes = 64 << 20
    /// Waits when the hub asks for patience.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Gives the token that counts at this moment, where one is renewed from time to time; wins over the fixed one.
    package var renewal: (@Sendable () async throws(HubClientError) -> String?)?
    private let token: String?
    let transport: Transport

    /// How often a request is sent at most.
    static let maximumAttempts = 3
    /// The longest patience that a person at a terminal has; what asks for more fails at once and says so.
    static let longestPatience: Duration = .seconds(10)

    /// A client of the hub at `url`, which is `http://` or `https://`, host, and optionally port and path.
    ///
    /// - Throws: `HubClientError` with code `malformed` when `url` is no such address.
    package init(url: String, token: String?, transport: @escaping Transport) throws(HubClientError) {
        guard let scheme = ["http://", "https://"].first(where: url.hasPrefix), url.utf8.count > scheme.utf8.count
        else {
            throw HubClientError(
                .malformed,
                "\"\(url)\" is no address of a hub: http://HOST:PORT or https://HOST is expected. Check --hub or OTOMI_HUB"
            )
        }
        var trimmed = url[...]
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.url = String(trimmed)
        self.token = token
        self.transport = transport
    }

    // MARK: - Requests

    /// Reads what is at `path`.
    ///
    /// - Throws: `HubClientError` for every answer that is no 2xx, and when there is none.
    func get<Answer: JSONRepresentable>(_ path: String, action: String) async throws(HubClientError) -> Answer {
        try decode(try await send(.get, path, action: action), action: action)
    }

    /// Sends `body` to `path` and reads the answer.
    ///
    /// - Throws: `HubClientError` for every answer that is no 2xx, and when there is none.
    func post<Answer: JSONRepresentable>(
        _ path: String,
        _ body: JSONValue,
        action: String
    ) async throws(HubClientError) -> Answer {
        try decode(try await send(.post, path, body: body, action: action), action: action)
    }

    /// Sends one request; `304 Not Modified` is an answer like a 2xx.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: JSONValue? = nil,
        headers more: HTTPHeaders = [:],
        waiting wait: Duration = .zero,
        action: String
    ) async throws(HubClientError) -> HTTPResponse {
        var headers: HTTPHeaders = ["Accept": "application/json, \(Problem.mediaType)"]
        for field in more.fields { headers[field.name] = field.value }
        let token = try await renewal?() ?? token
        if let token { headers["Authorization"] = "Bearer \(token)" }
        if body != nil { headers["Content-Type"] = "application/json" }
        let request = HTTPRequest(
            method,
            url + path,
            headers: headers,
            body: body?.serialized(),
            timeout: timeout + wait,
            maximumResponseBytes: maximumResponseBytes
        )
        let response = try await answer(to: request)
        guard response.isSuccess || response.status == 304 else { throw failure(response, action: action) }
        return response
    }

    /// Sends a request, and again when the hub has not done anything yet and says when to come back.
    private func answer(to request: HTTPRequest) async throws(HubClientError) -> HTTPResponse {
        var attempts = 1
        while true {
            let response: HTTPResponse
            do {
                response = try await transport(request)
            } catch {
                throw HubClientError(error, hub: url)
            }
            guard attempts < Self.maximumAttempts, let patience = Self.patience(response, request.method) else {
                return response
            }
            attempts += 1
            do { try await sleep(patience) } catch {
                throw HubClientError(.cancelled, "stopped before \(url) had answered")
            }
        }
    }

    /// How long to wait before `method` is sent again; `nil` when it must not be, or the hub asks for too much.
    private static func patience(_ response: HTTPResponse, _ method: HTTPRequest.Method) -> Duration? {
        // A 503 may come after half the work; only reading is sure to be the same twice.
        guard response.status == 429 || response.status == 503 && method == .get,
            let seconds = response.headers["Retry-After"].flatMap({ Int64($0) }), seconds >= 0,
            .seconds(seconds) <= longestPatience
        else { return nil }
        return .seconds(seconds)
    }

    func decode<Answer: JSONRepresentable>(
        _ response: HTTPResponse,
        action: String
    ) throws(HubClientError) -> Answer {
        do {
            return try Answer(json: try JSONValue(parsing: response.body))
        } catch {
            throw HubClientError(
                .unexpected,
                "\(action): \(url) answered something else than expected (\(error)). "
                    + "Check that --hub is an Otomi hub of the same version as this command"
            )
        }
    }

    func failure(_ response: HTTPResponse, action: String) -> HubClientError {
        guard let type = response.headers["Content-Type"], type.hasPrefix(Problem.mediaType),
            let json = try? JSONValue(parsing: response.body), let problem = try? Problem(json: json)
        else { return .notAHub(url, status: response.status, action: action) }
        return HubClientError(problem, status: response.status, action: action)
    }
}

extension HubClient {
    /// A client that sends over `client`.
    ///
    /// - Throws: `HubClientError` with code `malformed` when `url` is no address.
    package init(url: String, token: String?, client: HTTPClient) throws(HubClientError) {
        try self.init(url: url, token: token) { (request) async throws(HTTPTransportError) in
            try await client.send(request)
        }
    }
}
