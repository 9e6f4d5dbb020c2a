import Bundles
import Crypto
import HTTPTypes
import HubAPI
import Hummingbird

/// Refuses changes that another site has a browser ask for with the person's cookie.
///
/// Two independent proofs are demanded: the browser's own word on where the request comes from (Fetch Metadata, or
/// `Origin` of RFC 6454), and a token that only the hub's pages can have read.
struct CrossSiteGuard {
    static let header = "X-CSRF-Token"

    private let address: PublicAddress

    init(_ address: PublicAddress) { self.address = address }

    /// What `X-CSRF-Token` must hold for a session; from its secret, so that nothing else needs to be kept.
    static func token(of secret: String) -> String { Hexadecimal.encode(code(secret)) }

    /// Looks at a change that comes with the cookie.
    ///
    /// - Throws: `Problem` of kind `forbidden`.
    func check(_ request: Request, _ secret: String) throws {
        guard try comesFromHere(request) else {
            throw Problem(
                .forbidden,
                detail: "The browser does not say that this change comes from the hub's own pages."
            )
        }
        let shown = HTTPField.Name(Self.header).flatMap { request.headers[$0] }
        guard let bytes = shown.flatMap({ Hexadecimal.decode($0) }),
            HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: Self.purpose, using: Self.key(secret))
        else {
            throw Problem(
                .forbidden,
                detail: "The change has no \(Self.header) that belongs to the session.",
                hint: "GET /api/v1/session has it."
            )
        }
    }

    /// Whether the browser says that the request comes from the hub's own pages; false when it says nothing.
    ///
    /// - Throws: `Problem` of kind `forbidden` when it says that it comes from elsewhere.
    @discardableResult
    func comesFromHere(_ request: Request) throws -> Bool {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        // A page that hides where it is sends "null" (Fetch, "append a request Origin header"): that alone proves nothing.
        let origin = request.headers[.origin].flatMap { $0 == "null" && site == "same-origin" ? nil : $0 }
        guard site ?? "same-origin" == "same-origin", origin.map({ isOwn($0, request) }) ?? true else {
            throw Problem(.forbidden, detail: "The request comes from another site.")
        }
        return site != nil || origin != nil
    }

    private func isOwn(_ origin: String, _ request: Request) -> Bool {
        let own = address.url(for: request).lowercased()
        guard origin.lowercased() != own else { return true }
        // The address may have a path below which the hub is served.
        return own.hasPrefix(origin.lowercased() + "/") && origin.contains("://") && !origin.hasSuffix("/")
    }

    private static let purpose = Array("otomi csrf".utf8)

    private static func key(_ secret: String) -> SymmetricKey { SymmetricKey(data: Array(secret.utf8)) }

    private static func code(_ secret: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: purpose, using: key(secret)))
    }
}
