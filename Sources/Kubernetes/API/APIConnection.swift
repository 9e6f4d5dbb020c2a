import HTTPTransport
import JSON

/// The way to one API server: URL, credentials, and an HTTP client.
final class APIConnection: Sendable {
    let configuration: KubernetesConfiguration
    let http: HTTPClient
    private let tokenFile: TokenFile?

    init(configuration: KubernetesConfiguration, http: HTTPClient) {
        self.configuration = configuration
        self.http = http
        tokenFile = if case .tokenFile(let path) = configuration.credentials { TokenFile(path: path) } else { nil }
    }

    /// A request with this server's URL and credentials.
    ///
    /// - Throws: `KubernetesError` with code `configuration` when the token's file cannot be read.
    func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeout: Duration?,
        as impersonation: KubernetesClient.Impersonation? = nil
    ) throws(KubernetesError) -> HTTPRequest {
        var request = HTTPRequest(method, configuration.server + path, headers: headers, body: body, timeout: timeout)
        // A list page of large objects; the API server's own objects end at 1.5 MiB each.
        request.maximumResponseBytes = 256 << 20
        if request.headers["Accept"] == nil { request.headers["Accept"] = "application/json" }
        if body != nil, request.headers["Content-Type"] == nil { request.headers["Content-Type"] = "application/json" }
        if let authorization = try authorization() { request.headers["Authorization"] = authorization }
        if let impersonation {
            request.headers["Impersonate-User"] = impersonation.user
            for group in impersonation.groups { request.headers.add("Impersonate-Group", group) }
        }
        return request
    }

    /// Sends `request`; a refused token is read anew from its file for the next call.
    func send(_ request: HTTPRequest, operation: String) async throws(KubernetesError) -> HTTPResponse {
        do throws(HTTPTransportError) {
            let response = try await http.send(request)
            if response.status == 401 { tokenFile?.forget() }
            return response
        } catch { throw KubernetesError(error, operation: operation) }
    }

    /// Opens a stream; any status but 2xx is an error.
    func stream(_ request: HTTPRequest, operation: String) async throws(KubernetesError) -> HTTPResponseStream {
        let refusal: HTTPResponse
        do throws(HTTPTransportError) {
            let stream = try await http.stream(request)
            guard !stream.isSuccess else { return stream }
            if stream.status == 401 { tokenFile?.forget() }
            var response = stream.head
            response.body = try await stream.collect(maximumBytes: 1 << 20)
            refusal = response
        } catch { throw KubernetesError(error, operation: operation) }
        throw KubernetesError(response: refusal, operation: operation)
    }

    /// The JSON of a successful answer.
    ///
    /// - Throws: `KubernetesError` for any status that is not 2xx, or a body that is no JSON.
    static func json(of response: HTTPResponse, operation: String) throws(KubernetesError) -> JSONValue {
        guard response.isSuccess else { throw KubernetesError(response: response, operation: operation) }
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw KubernetesError(
                .malformed,
                "the answer is no JSON: \(error)",
                operation: operation,
                status: response.status
            )
        }
    }

    private func authorization() throws(KubernetesError) -> String? {
        switch configuration.credentials {
        case .none: nil
        case .token(let token): "Bearer \(token)"
        case .tokenFile: try tokenFile.map { file throws(KubernetesError) in "Bearer \(try file.token())" }
        case .basic(let user, let password): "Basic \(Base64.encoded(Array("\(user):\(password)".utf8)))"
        }
    }
}
