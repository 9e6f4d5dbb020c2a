package import HubTLS

/// How the hub meets the network: whom it lets in, how often, and over what.
package struct ServerSettings: Sendable {
    /// `nil` serves plain HTTP: on a loopback address, or behind a proxy that ends TLS.
    package var tls: ServerTLS?
    /// The SHA-256 of the hub's public key, `sha256//BASE64`; `nil` where an authority vouches for the hub.
    package var pin: String?
    package var connections = ConnectionLimits()
    package var admission = AdmissionLimits()
    package var rates = RateLimits()
    package var events = EventLimits()
    /// Whose word on the address of a caller counts.
    package var trustedProxies = TrustedProxies()

    package init() {}
}
