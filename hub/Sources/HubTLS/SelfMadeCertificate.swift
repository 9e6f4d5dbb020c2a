package import Concurrency
import Crypto
import Foundation
import SwiftASN1
import X509

/// The hub's own certificate, signed by its own key: trusted by the pin of the key, not by an authority.
package struct SelfMadeCertificate: Sendable {
    /// A key or a certificate that is not ours.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description: String
    }

    /// How long a certificate is valid; longer ones are refused by some clients.
    static let lifetime: Duration = .seconds(397 * 86_400)
    /// How long before its end it is made anew.
    static let renewal: Duration = .seconds(60 * 86_400)

    package let certificatePEM: String
    package let keyPEM: String
    /// The SHA-256 of the public key, as clients pin it.
    package let pin: String
    package let expires: UnixTime

    /// Whether it is to be made anew.
    package func isDue(at now: UnixTime) -> Bool { expires <= now + Self.renewal }

    /// Makes a certificate for `names`, which are host names and addresses, with the key `keyPEM` or a new one.
    ///
    /// - Throws: `Unreadable` when `keyPEM` is no key of the hub's.
    package init(names: [String], keyPEM: String? = nil, now: UnixTime) throws(Unreadable) {
        let key = try Self.key(keyPEM)
        expires = now + Self.lifetime
        self.keyPEM = keyPEM ?? key.pemRepresentation
        pin = Self.pin(of: key)
        do {
            certificatePEM = try Self.make(names, key, from: now, to: expires).serializeAsPEM().pemString
        } catch {
            throw Unreadable(description: "the hub's certificate cannot be made: \(error)")
        }
    }

    /// Reads one that was made before; `nil` when it is due to be made anew, is for other names, or is none.
    ///
    /// - Throws: `Unreadable` when the key is none: making another one would lock out every agent that has its pin.
    package init?(certificatePEM: String, keyPEM: String, names: [String], now: UnixTime) throws(Unreadable) {
        let key = try Self.key(keyPEM)
        guard let certificate = try? Certificate(pemEncoded: certificatePEM) else { return nil }
        let end = UnixTime(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970))
        let known = (try? certificate.extensions.subjectAlternativeNames).map(Set.init)
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey), now + Self.renewal < end,
            known == Set(names.map(Self.alternative))
        else { return nil }
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        pin = Self.pin(of: key)
        expires = end
    }

    private static func key(_ pem: String?) throws(Unreadable) -> P256.Signing.PrivateKey {
        guard let pem else { return P256.Signing.PrivateKey() }
        do { return try P256.Signing.PrivateKey(pemRepresentation: pem) } catch {
            throw Unreadable(
                description: "the hub's TLS key cannot be read; restore it from a backup, or remove it and give every "
                    + "agent the new pin"
            )
        }
    }

    /// The form of curl's `CURLOPT_PINNEDPUBLICKEY` and of RFC 7469: the hash of the SubjectPublicKeyInfo.
    private static func pin(of key: P256.Signing.PrivateKey) -> String {
        "sha256//" + Data(SHA256.hash(data: key.publicKey.derRepresentation)).base64EncodedString()
    }

    private static func make(
        _ names: [String],
        _ key: P256.Signing.PrivateKey,
        from start: UnixTime,
        to end: UnixTime
    ) throws -> Certificate {
        let subject = try DistinguishedName { CommonName("otomi-hub") }
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            // Clocks differ; a certificate of this moment must not be one of the future elsewhere.
            notValidBefore: date(start - .seconds(3_600)),
            notValidAfter: date(end),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(Set(names).sorted().map(alternative))
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    private static func alternative(_ name: String) -> GeneralName {
        guard let address = IPAddress(name) else { return .dnsName(name) }
        return .ipAddress(ASN1OctetString(contentBytes: address.bytes[...]))
    }

    private static func date(_ time: UnixTime) -> Date {
        Date(timeIntervalSince1970: Double(time.seconds))
    }
}
