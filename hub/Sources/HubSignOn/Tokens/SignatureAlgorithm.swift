import Crypto

/// The signature algorithms that an ID token may have (RFC 7518, section 3.1; RFC 8037, section 3.1).
///
/// All of them are asymmetric. `none` and the HMAC family are not in the list on purpose: with them whoever knows the
/// client's secret, or nobody at all, could write tokens.
package enum SignatureAlgorithm: String, CaseIterable, Hashable, Sendable {
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"

    /// The left half of the digest that belongs to the algorithm, as `at_hash` has it.
    ///
    /// OpenID Connect Core 1.0, section 3.1.3.6; Ed25519 hashes with SHA-512.
    package func halfHash(of text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let digest: [UInt8] =
            switch self {
            case .rs256, .ps256, .es256: Array(SHA256.hash(data: bytes))
            case .es384: Array(SHA384.hash(data: bytes))
            case .edDSA: Array(SHA512.hash(data: bytes))
            }
        return Array(digest.prefix(digest.count / 2))
    }
}
