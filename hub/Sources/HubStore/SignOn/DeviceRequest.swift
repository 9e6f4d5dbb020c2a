package import Concurrency

/// A device that asks to be let in, as the person sees it who decides (RFC 8628, section 3.3).
package struct DeviceRequest: Hashable, Sendable {
    /// What the device calls itself.
    package let client: String
    /// The address that it asked from; `nil` when that is not known.
    package let address: String?
    package let requestedAt: UnixTime
    package let isDecided: Bool
}

/// A session for a device, with what the next one is asked for with.
package struct DeviceSession: Hashable, Sendable {
    /// The bearer token; it is told here and never again.
    package let token: String
    /// Counts once.
    package let refreshToken: String
    package let lifetime: Duration
    /// Whose session it is.
    package let person: String
}

/// What comes of a device's question whether it was let in (RFC 8628, section 3.5).
package enum DeviceAnswer: Hashable, Sendable {
    case letIn(DeviceSession)
    /// Nobody has decided yet.
    case pending
    /// Nobody has decided yet, and the device asks more often than it was told to.
    case tooSoon
    case denied
    case expired
    /// There is no such code, or it was used.
    case unknown
}

/// What comes of a refresh token.
package enum RefreshAnswer: Hashable, Sendable {
    case renewed(DeviceSession)
    /// There is no such token, its family has ended, or the person may not sign in any more.
    case unknown
    /// The token was used before: somebody else has it too. Its family has been ended.
    case reused(person: String)
}
