import HTTPTypes
import Hummingbird

/// The address that agents reach the hub at.
struct PublicAddress: Sendable {
    /// What the operator of the hub said; `nil` when nothing.
    let configured: String?

    /// The address to hand out in the answer to `request`.
    ///
    /// Without one that is configured, that which the caller reached the hub at is the best guess.
    func url(for request: Request) -> String {
        if let configured { return configured }
        let scheme = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] } ?? "http"
        return request.head.authority.map { "\(scheme)://\($0)" } ?? "https://HUB"
    }
}
