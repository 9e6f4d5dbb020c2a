/// Reads and checks the signatures of agents' requests.
///
/// Two steps, because the key must be looked up in between: `claim` reads what a request says of itself, and
/// `RequestClaim.verify` checks it with the key found under that id.
package struct RequestVerifier: Sendable {
    /// How far the agent's clock may be from the hub's, and so how long a request can be delayed.
    package static let defaultWindowSeconds: Int64 = 300

    private static let maximumFieldBytes = 2048

    private let windowSeconds: Int64

    package init(windowSeconds: Int64 = defaultWindowSeconds) {
        self.windowSeconds = windowSeconds
    }

    /// Reads the signature fields of a request that arrived at `now`, in seconds since 1970.
    ///
    /// `field` gives the value of a field by its lower-case name; several fields of one name joined by `, `.
    ///
    /// - Throws: `SignatureError` when there is no signature of an agent, when it covers less than it must, or when it was
    ///   made outside the window.
    package func claim(
        of line: RequestLine,
        field: (String) -> String?,
        now: Int64
    ) throws(SignatureError) -> RequestClaim {
        let inputField = try require("signature-input", field)
        let signatureField = try require("signature", field)
        let digestField = try require(ContentDigest.fieldName, field)
        let bootID = try require(Boot.fieldName, field)
        guard Boot.isValid(bootID) else {
            throw SignatureError(.malformed, "the field '\(Boot.fieldName)' is no id of a boot")
        }
        let input = try SignatureInput(field: inputField, label: RequestSigner.label)
        guard input.components == RequestLine.components else {
            let wanted = RequestLine.components.joined(separator: " ")
            throw SignatureError(.unsupported, "the signature must cover exactly \(wanted), in this order")
        }
        guard input.algorithm == "ed25519", input.tag == RequestSigner.tag, input.parameterNames.count == 5 else {
            throw SignatureError(
                .unsupported,
                "the signature must have created, nonce, keyid, alg=\"ed25519\" and tag=\"\(RequestSigner.tag)\""
            )
        }
        guard let created = input.created, let nonce = input.nonce, let keyID = input.keyID,
            (16...64).contains(nonce.utf8.count), (1...128).contains(keyID.utf8.count)
        else {
            throw SignatureError(.malformed, "created, nonce or keyid of the signature is missing or out of bounds")
        }
        guard abs(now - created) <= windowSeconds else {
            throw SignatureError(
                .outsideWindow,
                "the signature was made \(now - created) s ago by this clock, at most \(windowSeconds) s are allowed"
            )
        }
        guard case .bytes(let signature)? = try StructuredField.dictionary(signatureField)[RequestSigner.label]?.item
        else {
            throw SignatureError(.missing, "Signature has no member '\(RequestSigner.label)'")
        }
        let base = try input.base { line.value(of: $0, contentDigest: digestField, bootID: bootID) }
        return RequestClaim(
            keyID: keyID,
            created: created,
            nonce: nonce,
            bootID: bootID,
            contentDigest: digestField,
            base: base,
            signature: signature
        )
    }

    private func require(_ name: String, _ field: (String) -> String?) throws(SignatureError) -> String {
        guard let value = field(name) else { throw SignatureError(.missing, "the request has no field '\(name)'") }
        guard value.utf8.count <= Self.maximumFieldBytes else {
            throw SignatureError(.malformed, "the field '\(name)' exceeds \(Self.maximumFieldBytes) bytes")
        }
        return value
    }
}
