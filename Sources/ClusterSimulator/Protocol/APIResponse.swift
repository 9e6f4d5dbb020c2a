package import JSON

/// The answer of a simulated API server.
package struct APIResponse: Sendable {
    /// What follows the header fields.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// A watch: one line of JSON per event, until either side ends it.
        case events(WatchStream)
    }

    package var status: Int
    package var contentType: String
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(
        status: Int = 200,
        contentType: String = "application/json",
        headers: [(name: String, value: String)] = [],
        body: Body
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    package init(status: Int = 200, json: JSONValue) {
        self.init(status: status, body: .bytes(json.serialized()))
    }

    init(status: Int, text: String) {
        self.init(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array(text.utf8)))
    }

    /// The whole body; empty for a watch.
    package var bytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }

    /// The body as JSON; `nil` when it is none.
    package var json: JSONValue? {
        try? JSONValue(parsing: bytes)
    }
}
