import Crypto
package import JSON

/// The hashes by which metadata names a file (TUF specification 1.0, sections 4.4 to 4.6): SHA-256, SHA-512, or both.
///
/// An algorithm that this client does not know is passed over, as long as one that it knows is there.
package struct FileHashes: Hashable, Sendable, JSONRepresentable {
    package let sha256: Digest?
    /// 128 lower-case hexadecimal digits.
    package let sha512: String?

    package init(sha256: Digest) {
        self.sha256 = sha256
        sha512 = nil
    }

    /// Reads `{sha256?, sha512?}`.
    ///
    /// - Throws: `JSONError` when neither is there, or one is not lower-case hexadecimal of its length.
    package init(json: JSONValue) throws(JSONError) {
        sha256 = try json.optional("sha256")
        sha512 = try json.optional("sha512")
        if let sha512, sha512.utf8.count != 128 || Hexadecimal.decode(sha512) == nil {
            throw JSONError("128 lower-case hexadecimal digits are expected", at: JSONPointer(["sha512"]))
        }
        guard sha256 != nil || sha512 != nil else {
            throw JSONError("a sha256 or a sha512 is expected", at: .root)
        }
    }

    package var json: JSONValue { .members(["sha256": sha256, "sha512": sha512]) }

    /// The hash that consistent snapshots put before a target's file name.
    package var filePrefix: String { sha256?.hex ?? sha512 ?? "" }

    /// Whether every one of the hashes is that of `bytes`.
    package func match(_ bytes: [UInt8]) -> Bool {
        if let sha256, Digest(of: bytes) != sha256 { return false }
        if let sha512, Hexadecimal.encode(SHA512.hash(data: bytes)) != sha512 { return false }
        return true
    }
}
