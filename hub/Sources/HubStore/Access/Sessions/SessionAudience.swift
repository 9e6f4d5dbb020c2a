import Concurrency
import Values

/// What presents a session's secret; a secret made for one is worth nothing in the hands of another.
package enum SessionAudience: String, CaseIterable, Hashable, Sendable {
    /// A browser, in a cookie.
    case browser
    /// The command line, as a bearer token.
    case cli
    /// kubectl by way of the hub. It cannot be prolonged: whoever loses their access loses it within its lifetime, even
    /// where nothing can be cut.
    case kubectl

    /// How long a session lives without being used.
    package var idleLifetime: Duration {
        switch self {
        case .browser: .seconds(3600)
        case .cli: .seconds(12 * 3600)
        case .kubectl: lifetime
        }
    }

    /// How long a session lives at the most.
    package var lifetime: Duration {
        switch self {
        case .browser: .seconds(12 * 3600)
        case .cli: .seconds(7 * 24 * 3600)
        case .kubectl: .seconds(15 * 60)
        }
    }
}

/// From where somebody signs in.
package struct SignInOrigin: Hashable, Sendable {
    /// The address that the request came from; `nil` when it came over no network.
    package let address: String?
    package let userAgent: String

    package init(address: String?, userAgent: String = "") {
        self.address = address
        self.userAgent = String(userAgent.prefix(256))
    }

    /// A person who has just proved who they are, for what the audit log says of it.
    func actor(_ name: String) -> Actor {
        Actor(Principal(kind: .person, name: name, grants: []), address: address).unbound
    }
}

/// Somebody who has just signed in.
package struct SignedIn: Hashable, Sendable {
    /// The secret that the next requests show; it is told here and never again.
    package let token: String
    package let identity: Identity
}
