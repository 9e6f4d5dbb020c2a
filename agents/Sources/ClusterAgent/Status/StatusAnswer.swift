import Observability

/// What the status server says to one request.
package struct StatusAnswer: Hashable, Sendable {
    package let status: Int
    package let contentType: String
    package let body: String

    package init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    static let ok = StatusAnswer(status: 200, body: "ok\n")

    /// Not now; `reason` is one line.
    static func unavailable(_ reason: String) -> StatusAnswer { StatusAnswer(status: 503, body: "\(reason)\n") }

    static func metrics(_ registry: MetricsRegistry) -> StatusAnswer {
        StatusAnswer(status: 200, contentType: MetricsRegistry.contentType, body: registry.exposition())
    }

    private static let phrases = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        431: "Request Header Fields Too Large", 503: "Service Unavailable",
    ]

    /// The bytes of a whole HTTP/1.1 response, after which the connection is closed.
    func bytes(withBody: Bool) -> [UInt8] {
        let head = """
            HTTP/1.1 \(status) \(Self.phrases[status] ?? "Status")\r
            Content-Type: \(contentType)\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            Cache-Control: no-store\r
            \r

            """
        return Array((withBody ? head + body : head).utf8)
    }
}
