package import JSON

/// What one metadata file says about another: its version, and its length and hashes where they are given.
package struct MetadataFile: Hashable, Sendable, JSONRepresentable {
    package let version: Int64
    package let length: Int?
    package let hashes: FileHashes?

    /// Describes `bytes`, a signed file of `version`.
    package init(version: Int64, bytes: [UInt8]) {
        self.version = version
        length = bytes.count
        hashes = FileHashes(sha256: Digest(of: bytes))
    }

    /// Reads `{version, length?, hashes?}`.
    ///
    /// - Throws: `JSONError` for a version below one, a negative length, or hashes without a known one.
    package init(json: JSONValue) throws(JSONError) {
        version = try json.required("version")
        guard (1...MetadataHeader.largestVersion).contains(version) else {
            throw JSONError("a version from 1 to 2^53 is expected", at: JSONPointer(["version"]))
        }
        length = try json.optional("length")
        guard length ?? 0 >= 0 else { throw JSONError("a length is not negative", at: JSONPointer(["length"])) }
        hashes = try json.optional("hashes")
    }

    package var json: JSONValue { .members(["version": version, "length": length, "hashes": hashes]) }

    /// Compares `bytes` with what was announced.
    ///
    /// - Throws: `BundleError.endlessData` for more bytes, `.mixAndMatch` for fewer or others.
    package func check(_ bytes: [UInt8], name: String) throws(BundleError) {
        if let length, bytes.count > length {
            throw BundleError(.endlessData, "\(name) has more than the \(length) bytes that were announced")
        }
        if let length, bytes.count < length {
            throw BundleError(.mixAndMatch, "\(name) has \(bytes.count) bytes, \(length) were announced")
        }
        if let hashes, !hashes.match(bytes) {
            throw BundleError(.mixAndMatch, "\(name) is not the file that was announced: its hash differs")
        }
    }

    /// Whether `file` is the one that was announced.
    func announces<Content>(_ file: TrustedState.Verified<Content>) -> Bool {
        guard file.content.version == version else { return false }
        guard let hashes else { return true }
        // The digest is at hand, so that asking again and again costs nothing.
        return hashes.sha512 == nil ? hashes.sha256 == file.digest : hashes.match(file.bytes)
    }
}
