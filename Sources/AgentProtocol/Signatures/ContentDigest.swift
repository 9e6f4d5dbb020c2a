import Bundles

/// The `Content-Digest` field (RFC 9530).
package enum ContentDigest {
    package static let fieldName = "content-digest"

    /// The field's value for `body`, by SHA-256.
    package static func field(of body: [UInt8]) -> String {
        "sha-256=:\(Base64.encode(Digest(of: body).bytes)):"
    }

    /// Compares `body` with what `field` says.
    ///
    /// - Throws: `SignatureError.malformed` when the field has no SHA-256, `.wrongDigest` when the body is another.
    package static func check(_ body: [UInt8], against field: String) throws(SignatureError) {
        guard case .bytes(let digest)? = try StructuredField.dictionary(field)["sha-256"]?.item else {
            throw SignatureError(.malformed, "Content-Digest has no sha-256")
        }
        guard digest == Digest(of: body).bytes else {
            throw SignatureError(.wrongDigest, "the body is not the one whose digest was signed")
        }
    }
}
