package import JSON

extension SignedMetadata {
    /// The file as JSON.
    package var json: JSONValue { envelope(signatures) }

    /// The bytes that signatures are made over.
    ///
    /// - Throws: `BundleError.malformed` when it has a number that canonical JSON does not have.
    func message() throws(BundleError) -> [UInt8] {
        do throws(JSONError) { return try signed.canonical() } catch {
            throw BundleError(.malformed, "it cannot be signed: \(error)")
        }
    }

    /// The same file with `more` signatures; one key has one.
    func merging(_ more: [Signature]) -> JSONValue {
        var all: [String: Signature] = [:]
        for signature in signatures + more { all[signature.keyID] = signature }
        return envelope(all.values.sorted { $0.keyID < $1.keyID })
    }

    private func envelope(_ signatures: [Signature]) -> JSONValue {
        let listed = signatures.map { signature -> JSONValue in
            ["keyid": .string(signature.keyID), "sig": .string(Hexadecimal.encode(signature.bytes ?? []))]
        }
        return ["signed": signed, "signatures": .array(listed)]
    }
}
