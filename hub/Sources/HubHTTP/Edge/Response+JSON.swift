import HTTPTypes
import HubAPI
import Hummingbird
import JSON
import NIOCore

extension Response {
    /// A JSON answer.
    init(_ value: some JSONRepresentable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: value.json.serialized())))
    }

    /// Bytes as they are stored, such as signed metadata.
    init(bytes: [UInt8], contentType: String, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = contentType
        self.init(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A problem document (RFC 9457).
    init(_ problem: Problem, retryAfterSeconds: Int = 1) {
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if problem.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        if problem.kind == .unavailable || problem.kind == .tooManyRequests {
            headers[.retryAfter] = String(retryAfterSeconds)
        }
        self.init(
            status: .init(code: problem.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: problem.json.serialized()))
        )
    }
}
