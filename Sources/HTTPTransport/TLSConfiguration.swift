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
    /// The SHA-256 of the server's public key, `sha256//BASE64`, several of them separated by semicolons.
    ///
    /// With a pin, the key alone decides; without ``authoritiesPEM`` the certificate may be of any authority or none.
    package var pin: String?
    /// Whether the server's certificate and name are checked.
    ///
    /// Only ever off where the operator said so.
    package var verifiesServer: Bool

    package static let system = TLSConfiguration()

    package init(
        authoritiesPEM: [UInt8]? = nil,
        identity: Identity? = nil,
        pin: String? = nil,
        verifiesServer: Bool = true
    ) {
        self.authoritiesPEM = authoritiesPEM
        self.identity = identity
        self.pin = pin
        self.verifiesServer = verifiesServer
    }

    /// Whether the chain is checked: not when a pinned key takes its place.
    var verifiesChain: Bool { verifiesServer && (pin == nil || authoritiesPEM != nil) }

    /// Whether every part of `pin` is `sha256//` and the Base64 of 32 bytes.
    ///
    /// libcurl takes anything else for the name of a file.
    package static func isPin(_ pin: String) -> Bool {
        let prefix = "sha256//"
        return pin.split(separator: ";", omittingEmptySubsequences: false).allSatisfy { part in
            let text = part.dropFirst(prefix.count)
            return part.hasPrefix(prefix) && text.utf8.count == 44 && text.hasSuffix("=")
                && text.dropLast().utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
                    default: false
                    }
                }
        }
    }
}
