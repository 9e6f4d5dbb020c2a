package import HTTPTransport
import HubAPI
import JSON

/// Asks the provider over HTTP: bounded in time and size, and never redirected.
package struct ProviderClient: Sendable {
    /// What carries a request: `HTTPClient.send`, or a script in a test.
    package typealias Transport = @Sendable (HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse

    private static let timeout: Duration = .seconds(10)
    private static let maximumBytes = 1 << 20
    private static let maximumDepth = 32

    private let transport: Transport

    package init(transport: @escaping Transport) {
        self.transport = transport
    }

    /// Reads a JSON document.
    ///
    /// - Throws: `SignOnError.Code.unavailable` when the provider does not answer, `.provider` when it answers otherwise.
    func get(_ url: String, what: String, bearer: String? = nil) async throws(SignOnError) -> JSONValue {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let bearer { headers["Authorization"] = "Bearer \(bearer)" }
        let response = try await send(request(.get, url, headers), what: what)
        guard response.status == 200 else {
            throw SignOnError(.provider, "\(what): \(shown(url)) answered with the status \(response.status)")
        }
        return try Self.json(response, what: what)
    }

    /// Sends a form; a failure that the provider explains (RFC 6749, section 5.2) is an answer.
    ///
    /// - Throws: `SignOnError.Code.unavailable` when the provider does not answer, `.provider` when it answers otherwise.
    func post(
        _ url: String,
        _ form: KeyValuePairs<String, String>,
        authorization: String?,
        what: String
    ) async throws(SignOnError) -> (status: Int, json: JSONValue) {
        var headers: HTTPHeaders = ["Accept": "application/json", "Content-Type": FormEncoding.mediaType]
        if let authorization { headers["Authorization"] = authorization }
        var request = request(.post, url, headers)
        request.body = Array(FormEncoding.encode(form).utf8)
        let response = try await send(request, what: what)
        guard [200, 400, 401].contains(response.status) else {
            throw SignOnError(.provider, "\(what): \(shown(url)) answered with the status \(response.status)")
        }
        return (response.status, try Self.json(response, what: what))
    }

    private func request(_ method: HTTPRequest.Method, _ url: String, _ headers: HTTPHeaders) -> HTTPRequest {
        HTTPRequest(
            method,
            url,
            headers: headers,
            timeout: Self.timeout,
            maximumResponseBytes: Self.maximumBytes
        )
    }

    private func send(_ request: HTTPRequest, what: String) async throws(SignOnError) -> HTTPResponse {
        let response: HTTPResponse
        do { response = try await transport(request) } catch {
            throw SignOnError(error.code == .tooLarge ? .provider : .unavailable, "\(what): \(error)")
        }
        guard response.status < 500 else {
            throw SignOnError(
                .unavailable,
                "\(what): \(shown(request.url)) answered with the status \(response.status)"
            )
        }
        // A redirect is never followed: it would carry secrets to an address that nobody vouched for.
        return response
    }

    private func shown(_ url: String) -> String { HTTPTransportError.withoutSecrets(url) }

    private static func json(_ response: HTTPResponse, what: String) throws(SignOnError) -> JSONValue {
        do throws(JSONError) { return try JSONValue(parsing: response.body, maximumDepth: maximumDepth) } catch {
            throw SignOnError(.provider, "\(what): the answer is no JSON: \(error)")
        }
    }
}
