import HTTPTypes
import Hummingbird

/// The cookie that a browser's session is in (RFC 6265).
///
/// `__Host-` binds it to this very host over TLS: no other host of the domain can set it. A hub that is tried out on
/// one's own machine has no TLS; there, and only there, the cookie has another name and travels in the clear.
struct SessionCookie: Sendable {
    static let name = "__Host-otomi"
    static let loopbackName = "otomi-dev"

    let address: PublicAddress
    /// Stands behind the name, for a cookie beside the session's.
    var suffix = ""

    /// The secret that a request shows; `nil` without one.
    func secret(in request: Request) -> String? {
        let name = name(for: request)
        // Browsers send one field; HTTP/2 may split it (RFC 9113, section 8.2.3).
        for pair in request.headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimming(" ") }
            if parts.count == 2, parts[0] == name { return parts[1] }
        }
        return nil
    }

    /// The field that gives the browser a session's secret.
    func setting(_ secret: String, for request: Request, lifetime: Int64) -> String {
        "\(name(for: request))=\(secret); Max-Age=\(lifetime)\(attributes(for: request))"
    }

    /// The field that takes it away.
    func clearing(for request: Request) -> String { "\(name(for: request))=; Max-Age=0\(attributes(for: request))" }

    private func attributes(for request: Request) -> String {
        "; Path=/; HttpOnly; SameSite=Lax" + (isLoopback(request) ? "" : "; Secure")
    }

    private func name(for request: Request) -> String { (isLoopback(request) ? Self.loopbackName : Self.name) + suffix }

    /// Whether the browser talks to a hub on its own machine, without TLS.
    private func isLoopback(_ request: Request) -> Bool {
        guard address.url(for: request).hasPrefix("http://"), let authority = request.head.authority else {
            return false
        }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return host == "localhost" || host == "[::1]" || host == "127.0.0.1"
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> String {
        var text = self
        while text.first == character { text.removeFirst() }
        while text.last == character { text.removeLast() }
        return String(text)
    }
}
