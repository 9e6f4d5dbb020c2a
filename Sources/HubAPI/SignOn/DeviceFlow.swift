/// The words that the command line and the hub agree on for the device flow (RFC 8628).
package enum DeviceFlow {
    /// The one client of the hub's authorization server.
    package static let clientID = "otomi-cli"
    package static let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
    package static let refreshGrant = "refresh_token"
    /// What a poll that came too early adds to the interval, in seconds (section 3.5).
    package static let slowDownSeconds: Int64 = 5
}
