/// One request: what is sent, and how long and how much it may take.
package struct HTTPRequest: Sendable {
    /// The method, as it stands on the wire.
    package struct Method: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }
        package init(stringLiteral value: String) { self.rawValue = value }
        package var description: String { rawValue }

        package static let get: Method = "GET"
        package static let head: Method = "HEAD"
        package static let post: Method = "POST"
        package static let put: Method = "PUT"
        package static let patch: Method = "PATCH"
        package static let delete: Method = "DELETE"
    }

    /// The slowest pace that is still taken for progress.
    package struct MinimumRate: Hashable, Sendable {
        package var bytesPerSecond: Int
        /// How long the pace may stay below; whole seconds, at least one.
        package var during: Duration

        package init(bytesPerSecond: Int, during: Duration) {
            self.bytesPerSecond = bytesPerSecond
            self.during = during
        }
    }

    package var method: Method
    /// An absolute `http` or `https` URL; everything in it is already percent-encoded.
    package var url: String
    package var headers: HTTPHeaders
    /// The body; `nil` sends none (and no `Content-Length`, except where the method asks for one).
    package var body: [UInt8]?
    /// From hand-over to the last byte, waiting for a free connection included.
    ///
    /// `nil` waits forever. Defaults to 30 seconds.
    package var timeout: Duration?
    /// Until the connection (TLS included) stands; `nil` takes the client's.
    package var connectTimeout: Duration?
    /// A longer body, counted after decompression, fails with `tooLarge`.
    ///
    /// Defaults to 64 MiB. Streams ignore it.
    package var maximumResponseBytes: Int
    /// A slower answer fails with `slow`.
    ///
    /// `nil`, the default, allows any pace.
    package var minimumRate: MinimumRate?

    package init(
        _ method: Method = .get,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeout: Duration? = .seconds(30),
        connectTimeout: Duration? = nil,
        maximumResponseBytes: Int = 64 << 20,
        minimumRate: MinimumRate? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.minimumRate = minimumRate
    }

    /// Why this request must not be written to a connection, `nil` when it may.
    var fault: String? {
        // A line break in a value would begin a header of its own.
        for field in headers.fields where (field.name + field.value).utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) {
            return "the header \(field.name.prefix { $0.isASCII && !$0.isNewline }) holds a control character"
        }
        if url.utf8.contains(where: { $0 <= 0x20 }) { return "the URL holds a space or a control character" }
        return nil
    }
}
