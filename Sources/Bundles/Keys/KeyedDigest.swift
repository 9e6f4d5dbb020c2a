import Crypto

extension SigningKey {
    /// A digest of `content` that only the holder of this key can make (HMAC-SHA256).
    ///
    /// For remembering a secret's content where others can read: a plain digest of a weak secret gives it away. The HMAC key
    /// is derived, so that nothing made here can be taken for a signature.
    package func keyedDigest(of content: [UInt8]) -> Digest {
        let derived = SymmetricKey(data: SHA256.hash(data: Array("otomi-keyed-digest-v1".utf8) + rawBytes))
        return Digest(HMAC<SHA256>.authenticationCode(for: content, using: derived))
    }
}
