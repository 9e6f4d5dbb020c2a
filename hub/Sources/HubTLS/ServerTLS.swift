import Synchronization

/// What the hub shows to who connects over TLS: the certificate of now, and the protocol's settings.
///
/// It can be replaced at any time. A connection keeps what it began with, so nothing breaks when a certificate is renewed.
package final class ServerTLS: Sendable {
    private struct Current {
        var context: TLSServerContext
        var certificatePEM: [UInt8]
        var keyPEM: [UInt8]
        var made: ContinuousClock.Instant
    }

    /// How long one context serves: whoever learns the keys of its tickets can read the TLS 1.2 sessions of that time.
    package static let lifetime: Duration = .seconds(86_400)

    private let current: Mutex<Current>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Takes the chain, leaf first, and the key of the leaf, both PEM.
    ///
    /// - Throws: `TLSFailure` when they cannot be read or do not belong together.
    package init(
        certificatePEM: [UInt8],
        keyPEM: [UInt8],
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) throws(TLSFailure) {
        current = Mutex(try Self.make(certificatePEM, keyPEM, now()))
        self.now = now
    }

    /// What a new connection is to use.
    package var context: TLSServerContext {
        current.withLock { current in
            let now = now()
            if current.made.duration(to: now) >= Self.lifetime,
                let next = try? Self.make(current.certificatePEM, current.keyPEM, now)
            {
                current = next
            }
            return current.context
        }
    }

    /// Uses another certificate from the next connection on.
    ///
    /// - Throws: `TLSFailure` when they cannot be read or do not belong together; then the one before stays.
    package func replace(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TLSFailure) {
        let next = try Self.make(certificatePEM, keyPEM, now())
        current.withLock { $0 = next }
    }

    private static func make(
        _ certificatePEM: [UInt8],
        _ keyPEM: [UInt8],
        _ now: ContinuousClock.Instant
    ) throws(TLSFailure) -> Current {
        let context = try TLSServerContext(certificatePEM: certificatePEM, keyPEM: keyPEM)
        return Current(context: context, certificatePEM: certificatePEM, keyPEM: keyPEM, made: now)
    }
}
