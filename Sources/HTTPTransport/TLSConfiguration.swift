/// Whom a client trusts and how it shows itself over TLS.
package struct TLSConfiguration: Hashable, Sendable {
    /// The certificate a client shows, and its private key.
    package struct Identity: Hashable, Sendable {
        /// The certificate and its intermediates, PEM.
        package var certificatePEM: [UInt8]
        /// The private key, PEM, without a passphrase.
        package var keyPEM: [UInt8]

        package init(certificatePEM: [UInt8], keyPEM: [UInt8]) {
            self.certificatePEM = certificatePEM
            self.keyPEM = keyPEM
        }
    }

    /// The trusted authorities, PEM; `nil` trusts those of the system.
    package var authoritiesPEM: [UInt8]?
    package var identity: Identity?
    /// Whether the server's certificate and name are checked.
    ///
    /// Only ever off where the operator said so.
    package var verifiesServer: Bool

    package static let system = TLSConfiguration()

    package init(authoritiesPEM: [UInt8]? = nil, identity: Identity? = nil, verifiesServer: Bool = true) {
        self.authoritiesPEM = authoritiesPEM
        self.identity = identity
        self.verifiesServer = verifiesServer
    }
}
