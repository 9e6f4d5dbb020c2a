/// Why no complete answer came.
///
/// An HTTP error status is an answer and never becomes this.
package struct HTTPTransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; `label` is a bounded word for metrics.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let label: String
        package var description: String { label }

        private init(_ label: String) { self.label = label }

        /// The host's name does not resolve.
        package static let resolve = Code("resolve")
        /// No connection: refused, unreachable, or the proxy said no.
        package static let connect = Code("connect")
        /// The TLS handshake failed, or a certificate was not accepted.
        package static let tls = Code("tls")
        /// The time given ran out.
        package static let timeout = Code("timeout")
        /// The answer came slower than the minimum rate.
        package static let slow = Code("slow")
        /// The answer is longer than allowed.
        package static let tooLarge = Code("tooLarge")
        /// The task was cancelled.
        package static let cancelled = Code("cancelled")
        /// The peer closed or reset the connection before the answer was complete.
        package static let connectionLost = Code("connectionLost")
        /// The peer does not speak HTTP as it should.
        package static let `protocol` = Code("protocol")
        /// The request itself cannot be sent: a malformed URL, header, certificate or key.
        package static let invalidRequest = Code("invalidRequest")
        /// The client was shut down.
        package static let shutDown = Code("shutDown")
        /// Anything else that libcurl reports.
        package static let other = Code("other")
    }

    package let code: Code
    /// What happened, in libcurl's words where it has some.
    package let message: String
    /// The request's URL without user, password and query.
    package let url: String

    package init(_ code: Code, _ message: String, url: String) {
        self.code = code
        self.message = message
        self.url = Self.withoutSecrets(url)
    }

    /// Whether the same request may succeed when sent again later.
    package var isRetryable: Bool {
        switch code {
        case .resolve, .connect, .timeout, .slow, .connectionLost: true
        default: false
        }
    }

    package var description: String { "\(url): \(message)" }

    /// `url` without user, password, query and fragment, so that it can be shown and logged.
    package static func withoutSecrets(_ url: String) -> String {
        let visible = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = visible.firstRange(of: "://") else { return String(visible) }
        let rest = visible[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(visible) }
        return String(visible[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }
}
