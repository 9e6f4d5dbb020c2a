import Crypto

/// A digest of bytes that arrive in pieces, so that a large layer is never held twice.
package struct DigestStream: Sendable {
    private var hash = SHA256()
    /// How many bytes have been hashed.
    package private(set) var length = 0

    package init() {}

    /// Hashes the next piece.
    package mutating func update(_ piece: [UInt8]) {
        hash.update(data: piece)
        length += piece.count
    }

    /// The digest of everything so far.
    package var digest: Digest {
        Digest(hash.finalize())
    }
}
