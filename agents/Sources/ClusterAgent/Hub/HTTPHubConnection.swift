package import AgentProtocol
package import Bundles
import Concurrency
package import HTTPTransport
import JSON

/// The hub over HTTP: every request is signed by the agent's key (RFC 9421).
package struct HTTPHubConnection: HubConnection {
    /// How much longer than the hub's promise an answer may take before the connection is given up.
    private static let slack = Duration.seconds(10)
    /// How many bytes of an error answer are read.
    private static let maximumErrorBytes = 64 << 10
    /// The slowest pace of a layer; below it somebody retrieves slowly on purpose, or the way is as good as gone.
    package static let minimumRate = HTTPRequest.MinimumRate(bytesPerSecond: 1_024, during: .seconds(30))
    /// The longest that the hub may ask for patience: more would be a way to keep an agent from what is new.
    package static let longestPatience = Duration.seconds(300)

    private let url: String
    private let http: HTTPClient
    private let signer: RequestSigner
    private let environment: AgentEnvironment
    private let rate: HTTPRequest.MinimumRate

    /// A connection for an agent with these credentials.
    ///
    /// `url` is the hub's base URL; a path in it is kept, so that a hub may live behind a prefix of a proxy. `rate` is the
    /// slowest pace at which an answer may come.
    package init(
        url: String,
        identity: HubCredentials,
        http: HTTPClient,
        environment: AgentEnvironment = .system,
        rate: HTTPRequest.MinimumRate = Self.minimumRate
    ) {
        self.rate = rate
        self.url = url
        self.http = http
        self.environment = environment
        signer = RequestSigner(key: identity.signingKey, keyID: identity.keyID, bootID: identity.bootID)
    }

    package func enrol(_ request: EnrolRequest) async throws(HubError) -> EnrolResponse {
        let response = try await send(.enrol, body: request.json.serialized())
        do throws(JSONError) { return try EnrolResponse(json: JSONValue(parsing: response.body)) } catch {
            throw HubError(.notAHub, "\(url) answers, but not as a hub does (\(error)); check --hub")
        }
    }

    package func rotate(_ request: RotateRequest) async throws(HubError) -> RotateResponse {
        try keyID(of: .rotate, try await send(.rotate, body: request.json.serialized()))
    }

    package func renew(_ request: RenewRequest) async throws(HubError) -> RotateResponse {
        try keyID(of: .renew, try await send(.renew, body: request.json.serialized()))
    }

    private func keyID(of route: AgentRoute, _ answer: HTTPResponse) throws(HubError) -> RotateResponse {
        do throws(JSONError) { return try RotateResponse(json: JSONValue(parsing: answer.body)) } catch {
            throw HubError(.malformed, "the hub \(url) answers \(route.path) with something else: \(error)")
        }
    }

    package func news(
        after version: Int64?,
        root: Int64?,
        generation: Int64?,
        wait: Duration
    ) async throws(HubError) -> Parcel? {
        let poll = AgentRoute.Poll(
            after: version ?? 0,
            waitSeconds: Int(wait.components.seconds),
            root: root,
            generation: generation
        )
        let limit = generation == nil ? MetadataLimits().timestamp : Parcel.maximumBytes
        let parcel: Parcel?
        do throws(HubError) {
            let response = try await send(
                .metadata(.timestamp, poll: poll),
                timeout: wait + Self.slack,
                limit: limit,
                accepting: [304, 404]
            )
            // A hub that knows no parcels does not have what is asked for so.
            if response.status == 404, generation != nil { throw HubError(.malformed, "the hub knows no parcels") }
            parcel = response.isSuccess ? try Self.parcel(response) : nil
        } catch {
            guard generation != nil, error.code == .malformed || error.code == .endlessData else { throw error }
            // Whatever is wrong with a parcel, there is a way without.
            return try await news(after: version, root: root, generation: nil, wait: wait)
        }
        return parcel
    }

    private static func parcel(_ response: HTTPResponse) throws(HubError) -> Parcel {
        guard response.headers["content-type"] == Parcel.mediaType else { return Parcel(timestamp: response.body) }
        do throws(ParcelError) { return try Parcel(parsing: response.body) } catch {
            throw HubError(.malformed, "the hub's answer to a poll: \(error)")
        }
    }

    package func metadata(_ file: MetadataFileName, limit: Int) async throws(HubError) -> [UInt8]? {
        let response = try await send(.metadata(file, poll: nil), limit: limit, accepting: [404])
        return response.isSuccess ? response.body : nil
    }

    package func layer(_ digest: Digest, length: Int) async throws(HubError) -> [UInt8] {
        try await send(.layer(digest), timeout: .seconds(600), limit: length, rate: rate).body
    }

    package func report(_ report: Report) async throws(HubError) -> ReportResponse {
        try response(to: .report, try await send(.report, body: report.json.serialized()))
    }

    package func objects(_ report: ObjectsReport) async throws(HubError) -> ReportResponse {
        try response(to: .objects, try await send(.objects, body: report.json.serialized()))
    }

    package func trial(_ report: TrialReport) async throws(HubError) {
        _ = try await send(.trial, body: report.json.serialized())
    }

    private func response(to route: AgentRoute, _ answer: HTTPResponse) throws(HubError) -> ReportResponse {
        do throws(JSONError) { return try ReportResponse(json: JSONValue(parsing: answer.body)) } catch {
            throw HubError(.malformed, "the hub \(url) answers \(route.path) with something else: \(error)")
        }
    }

    // MARK: - One request

    private func send(
        _ route: AgentRoute,
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(30),
        limit: Int = 1 << 20,
        rate: HTTPRequest.MinimumRate? = nil,
        accepting accepted: Set<Int> = []
    ) async throws(HubError) -> HTTPResponse {
        var generator = environment.generator()
        let line = RequestLine(route)
        let fields: [(name: String, value: String)]
        do throws(SignatureError) {
            fields = try signer.fields(
                for: line,
                body: body ?? [],
                created: environment.now().seconds,
                nonce: Nonce.make(using: &generator)
            )
        } catch { throw HubError(.refused, "the request cannot be signed: \(error)") }
        var request = HTTPRequest(
            HTTPRequest.Method(rawValue: route.method),
            url + route.target,
            body: body,
            timeout: timeout,
            maximumResponseBytes: max(limit, Self.maximumErrorBytes),
            minimumRate: rate
        )
        if body != nil { request.headers["content-type"] = "application/json" }
        for field in fields { request.headers.add(field.name, field.value) }
        let response: HTTPResponse
        do throws(HTTPTransportError) { response = try await http.send(request) } catch {
            throw HubError(error, url: url)
        }
        if response.status == AdmissionPending.status { throw HubError(pending: response, url: url) }
        if response.isSuccess {
            guard response.body.count <= limit else {
                throw HubError(.endlessData, "\(route.path) is longer than the \(limit) bytes that are taken")
            }
            return response
        }
        guard accepted.contains(response.status) else { throw HubError(response, route: route, url: url) }
        return response
    }
}

extension HubError {
    /// No answer came.
    init(_ error: HTTPTransportError, url: String) {
        switch error.code {
        case .cancelled, .shutDown: self.init(.cancelled, "the request to \(url) was abandoned")
        case .tooLarge: self.init(.endlessData, "\(error)")
        case .protocol: self.init(.notAHub, "\(url) does not speak HTTP as a hub does: \(error.message); check --hub")
        case .invalidRequest: self.init(.notAHub, "\(url) is no usable URL: \(error.message); check --hub")
        case .tls:
            self.init(.unreachable, "the hub \(url) was not reached: TLS: \(error.message)")
        default: self.init(.unreachable, "the hub \(url) was not reached: \(error.message)")
        }
    }

    /// The hub waits for an operator.
    init(pending response: HTTPResponse, url: String) {
        guard let pending = try? AdmissionPending(json: JSONValue(parsing: response.body)) else {
            self.init(.notAHub, "\(url) answers with HTTP status \(response.status), as no hub does; check --hub")
            return
        }
        self.init(
            .pending,
            "\(BoundedText.cut(pending.message)) (this agent's key is \(BoundedText.cut(pending.fingerprint)))",
            retryAfter: Self.patience(of: response)
        )
    }

    /// How long the answer asks to wait.
    private static func patience(of response: HTTPResponse) -> Duration? {
        response.headers["retry-after"].flatMap { Int64($0) }.map { seconds in
            min(Duration.seconds(max(0, seconds)), HTTPHubConnection.longestPatience)
        }
    }

    /// The hub, or something in its place, said no.
    init(_ response: HTTPResponse, route: AgentRoute, url: String) {
        let problem = try? JSONValue(parsing: response.body)
        let detail = problem?["detail"]?.stringValue ?? problem?["title"]?.stringValue
        let hint = problem?["hint"]?.stringValue.map { "; \($0)" } ?? ""
        let text = BoundedText.cut((detail ?? "HTTP status \(response.status)") + hint)
        let retryAfter = Self.patience(of: response)
        switch response.status {
        case 429, 500...599: self.init(.busy, "the hub \(url) is busy: \(text)", retryAfter: retryAfter)
        case 403 where problem?["type"]?.stringValue?.hasSuffix("/key-expired") == true:
            self.init(.keyExpired, "the hub \(url) does not take the key any more: \(text)")
        // Without the hub's own words it may be a proxy's answer, which says nothing of the message.
        case 400 where detail != nil, 422 where detail != nil:
            self.init(.faulty, "the hub finds fault with the request: \(text)", retryAfter: retryAfter)
        case 400, 401, 403, 409, 410, 422:
            self.init(.refused, "the hub \(url) refuses: \(text)", retryAfter: retryAfter)
        case 404 where detail != nil: self.init(.refused, "the hub \(url) does not have it: \(text)")
        default:
            self.init(
                .notAHub,
                "\(url) answers \(route.path) with HTTP status \(response.status), as no hub does; check --hub"
            )
        }
    }
}
