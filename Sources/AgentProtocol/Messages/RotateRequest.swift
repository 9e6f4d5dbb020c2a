package import Bundles
package import JSON

/// Replaces an agent's keys; the request is signed with the old key and carries a proof by the new one.
package struct RotateRequest: Hashable, Sendable, JSONRepresentable {
    package let publicKey: PublicKey
    package let sealingKey: SealingPublicKey
    /// The new key's signature over `proofMessage`.
    package let proof: [UInt8]

    /// Introduces `newKey` and `sealingKey` in place of the key `oldKeyID`.
    ///
    /// - Throws: `BundleError` when the new key cannot sign.
    package init(
        replacing oldKeyID: String,
        with newKey: SigningKey,
        sealingKey: SealingPublicKey
    ) throws(BundleError) {
        publicKey = newKey.publicKey
        self.sealingKey = sealingKey
        proof = try newKey.sign(Self.proofMessage(oldKeyID, newKey.publicKey, sealingKey))
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or no key.
    package init(json: JSONValue) throws(JSONError) {
        publicKey = try json.publicKey("publicKey")
        sealingKey = try json.sealingKey("sealingKey")
        guard let proof = Base64.decode(try json.required("proof", as: String.self)) else {
            throw JSONError("base64 is expected", at: JSONPointer(["proof"]))
        }
        self.proof = proof
    }

    package var json: JSONValue {
        .members(["publicKey": publicKey.base64, "sealingKey": sealingKey.base64, "proof": Base64.encode(proof)])
    }

    /// Whether the new key agreed to replace `oldKeyID`; nobody can enter a key that they do not hold.
    package func isProven(replacing oldKeyID: String) -> Bool {
        publicKey.verifies(proof, of: Self.proofMessage(oldKeyID, publicKey, sealingKey))
    }

    private static func proofMessage(_ oldKeyID: String, _ key: PublicKey, _ sealing: SealingPublicKey) -> [UInt8] {
        Array("otomi-rotate-v1\n\(oldKeyID)\n\(key.base64)\n\(sealing.base64)\n".utf8)
    }
}
