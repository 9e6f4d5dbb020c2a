package import JSON

/// A public key as root metadata lists it.
///
/// A key of a type this client does not know is kept, counts for nothing, and breaks nothing: a newer hub may add one.
package struct MetadataKey: Hashable, Sendable, JSONRepresentable {
    package let keyType: String
    package let scheme: String
    /// The text of `keyval.public`; keys are the same key exactly when this, the type and the scheme are the same.
    package let publicText: String
    /// The key that verifies; `nil` for a type or scheme other than Ed25519.
    package let publicKey: PublicKey?

    /// The metadata form of an Ed25519 key.
    package init(_ key: PublicKey) {
        keyType = "ed25519"
        scheme = "ed25519"
        publicText = Hexadecimal.encode(key.bytes)
        publicKey = key
    }

    /// Reads `{keytype, scheme, keyval: {public}}`.
    ///
    /// - Throws: `JSONError` for a missing field, or an Ed25519 key that is not 64 lower-case hexadecimal digits.
    package init(json: JSONValue) throws(JSONError) {
        keyType = try json.required("keytype")
        scheme = try json.required("scheme")
        let value = try json.required("keyval", as: JSONValue.self)
        do throws(JSONError) { publicText = try value.required("public") } catch { throw error.inside("keyval") }
        guard keyType == "ed25519", scheme == "ed25519" else {
            publicKey = nil
            return
        }
        guard let key = Hexadecimal.decode(publicText).flatMap(PublicKey.init(bytes:)) else {
            throw JSONError(
                "an Ed25519 key has 64 lower-case hexadecimal digits",
                at: JSONPointer(["keyval", "public"])
            )
        }
        publicKey = key
    }

    package var json: JSONValue {
        ["keytype": .string(keyType), "scheme": .string(scheme), "keyval": ["public": .string(publicText)]]
    }

    /// The SHA-256 of the canonical form (TUF specification 1.0, section 4.2).
    package var computedID: String {
        // The object holds texts only, so its canonical form always exists and is its compact form.
        Digest(of: json.serialized()).hex
    }
}
