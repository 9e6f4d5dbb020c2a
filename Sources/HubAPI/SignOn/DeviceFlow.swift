/// The words that the command line and the hub agree on for the device flow (RFC 8628).
package enum DeviceFlow {
    /// Where the hub's authorization server answers.
    package enum Route: String, CaseIterable, Sendable {
        case deviceAuthorization = "/auth/device"
        case token = "/auth/token"
        case tokenRevocation = "/auth/revoke"
    }

    /// The one client of the hub's authorization server.
    package static let clientID = "otomi-cli"
    package static let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
    package static let refreshGrant = "refresh_token"
    /// What a question that came too soon adds to the interval, in seconds (section 3.5).
    package static let slowDownSeconds: Int64 = 5
}
