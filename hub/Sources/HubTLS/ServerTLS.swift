package import NIOSSL
import Synchronization

/// What the hub shows to who connects over TLS: the certificate of now, and the protocol's settings.
///
/// It can be replaced at any time. A connection keeps what it began with, so nothing breaks when a certificate is renewed.
package final class ServerTLS: Sendable {
    /// A certificate and a key that no server can use.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    private let current: Mutex<NIOSSLContext>

    /// Takes the chain, leaf first, and the key of the leaf, both PEM.
    ///
    /// - Throws: `Unusable` when they cannot be read or do not belong together.
    package init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(Unusable) {
        current = Mutex(try Self.makeContext(certificatePEM, keyPEM))
    }

    /// What a new connection is to use.
    package var context: NIOSSLContext { current.withLock { $0 } }

    /// Uses another certificate from the next connection on.
    ///
    /// - Throws: `Unusable` when they cannot be read or do not belong together; then the one before stays.
    package func replace(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(Unusable) {
        let next = try Self.makeContext(certificatePEM, keyPEM)
        current.withLock { $0 = next }
    }

    private static func makeContext(_ certificatePEM: [UInt8], _ keyPEM: [UInt8]) throws(Unusable) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMBytes(certificatePEM) } catch {
            throw Unusable(description: "the certificate is no PEM that can be read")
        }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(bytes: keyPEM, format: .pem) } catch {
            throw Unusable(description: "the private key is no PEM that can be read, or has a passphrase")
        }
        do { return try NIOSSLContext(configuration: configuration(chain, key)) } catch {
            throw Unusable(description: "the certificate and the private key do not belong together")
        }
    }

    /// TLS 1.3, and of TLS 1.2 only suites with forward secrecy and authenticated encryption (RFC 9325, section 4.2).
    private static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }
}
