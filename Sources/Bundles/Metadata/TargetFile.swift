package import JSON

/// One file that a targets role vouches for.
package struct TargetFile: Hashable, Sendable, JSONRepresentable {
    package let length: Int
    package let digest: Digest
    /// What the specification leaves to the product; for a layer its wave, media type and object count.
    package let custom: JSONValue?

    package init(length: Int, digest: Digest, custom: JSONValue?) {
        self.length = length
        self.digest = digest
        self.custom = custom
    }

    /// Reads `{length, hashes: {sha256}, custom?}`.
    ///
    /// - Throws: `JSONError` for a negative length or a missing SHA-256.
    package init(json: JSONValue) throws(JSONError) {
        length = try json.required("length")
        guard length >= 0 else { throw JSONError("a length is not negative", at: JSONPointer(["length"])) }
        let hashes = try json.required("hashes", as: JSONValue.self)
        do throws(JSONError) { digest = try hashes.required("sha256") } catch { throw error.inside("hashes") }
        custom = try json.optional("custom")
    }

    package var json: JSONValue {
        .members(["length": length, "hashes": JSONValue.members(["sha256": digest]), "custom": custom])
    }

    /// Compares `bytes` with what was signed.
    ///
    /// - Throws: `BundleError.endlessData` for more bytes, `.arbitrary` for fewer or others.
    package func check(_ bytes: [UInt8], name: String) throws(BundleError) {
        guard bytes.count <= length else {
            throw BundleError(.endlessData, "\(name) has more than the \(length) bytes that were signed")
        }
        guard bytes.count == length, Digest(of: bytes) == digest else {
            throw BundleError(.arbitrary, "\(name) is not what was signed: its length or SHA-256 differs")
        }
    }
}
