import Synchronization

/// What the hub shows to who connects over TLS: the certificate of now, and the protocol's settings.
///
/// It can be replaced at any time. A connection keeps what it began with, so nothing breaks when a certificate is renewed.
package final class ServerTLS: Sendable {
    private let current: Mutex<TLSServerContext>

    /// Takes the chain, leaf first, and the key of the leaf, both PEM.
    ///
    /// - Throws: `TLSFailure` when they cannot be read or do not belong together.
    package init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TLSFailure) {
        current = Mutex(try TLSServerContext(certificatePEM: certificatePEM, keyPEM: keyPEM))
    }

    /// What a new connection is to use.
    package var context: TLSServerContext { current.withLock { $0 } }

    /// Uses another certificate from the next connection on.
    ///
    /// - Throws: `TLSFailure` when they cannot be read or do not belong together; then the one before stays.
    package func replace(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TLSFailure) {
        let next = try TLSServerContext(certificatePEM: certificatePEM, keyPEM: keyPEM)
        current.withLock { $0 = next }
    }
}
