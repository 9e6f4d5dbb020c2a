package import JSON

/// One file that a targets role vouches for.
package struct TargetFile: Hashable, Sendable, JSONRepresentable {
    package let length: Int
    package let hashes: FileHashes
    /// What the specification leaves to the product; for a layer its wave, media type and object count.
    package let custom: JSONValue?

    package init(length: Int, digest: Digest, custom: JSONValue?) {
        self.length = length
        hashes = FileHashes(sha256: digest)
        self.custom = custom
    }

    /// Reads `{length, hashes, custom?}`.
    ///
    /// - Throws: `JSONError` for a negative length or without a known hash.
    package init(json: JSONValue) throws(JSONError) {
        length = try json.required("length")
        guard length >= 0 else { throw JSONError("a length is not negative", at: JSONPointer(["length"])) }
        hashes = try json.required("hashes")
        custom = try json.optional("custom")
    }

    package var json: JSONValue { .members(["length": length, "hashes": hashes, "custom": custom]) }

    /// The SHA-256; `nil` where another product vouches by another hash.
    package var digest: Digest? { hashes.sha256 }

    /// Compares `bytes` with what was signed.
    ///
    /// - Throws: `BundleError.endlessData` for more bytes, `.arbitrary` for fewer or others.
    package func check(_ bytes: [UInt8], name: String) throws(BundleError) {
        guard bytes.count <= length else {
            throw BundleError(.endlessData, "\(name) has more than the \(length) bytes that were signed")
        }
        guard bytes.count == length, hashes.match(bytes) else {
            throw BundleError(.arbitrary, "\(name) is not what was signed: its length or hash differs")
        }
    }
}
