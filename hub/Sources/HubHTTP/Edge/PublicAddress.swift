import HTTPTypes
import Hummingbird

/// The address that agents reach the hub at.
struct PublicAddress: Sendable {
    /// What the operator of the hub said; `nil` when nothing.
    let configured: String?
    /// Whether the hub itself speaks TLS.
    var isEncrypted = false
    /// The SHA-256 of the hub's public key, for whoever cannot check its certificate otherwise.
    var pin: String?

    /// The pin to hand out with `url`; there is no key to pin where the way to the hub is not encrypted.
    func pin(of url: String) -> String? { url.hasPrefix("https://") ? pin : nil }

    /// The address to hand out in the answer to `request`.
    ///
    /// Without one that is configured, that which the caller reached the hub at is the best guess.
    func url(for request: Request) -> String {
        if let configured { return configured }
        let scheme =
            HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] }
            ?? (isEncrypted ? "https" : "http")
        return request.head.authority.map { "\(scheme)://\($0)" } ?? "https://HUB"
    }
}
