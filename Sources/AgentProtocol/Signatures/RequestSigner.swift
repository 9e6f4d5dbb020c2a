package import Bundles

/// Signs an agent's requests (RFC 9421, Ed25519).
package struct RequestSigner: Sendable {
    /// The label of the signature.
    package static let label = "otomi"
    /// What the signatures are for (section 2.3): one of another purpose is never taken for a request's.
    package static let tag = "otomi-agent-v1"

    private let key: SigningKey
    private let keyID: String
    private let bootID: String

    /// Signs with `key` under the id that the hub gave it, its own id before the enrolment, for the run `bootID`.
    package init(key: SigningKey, keyID: String? = nil, bootID: String) {
        self.key = key
        self.keyID = keyID ?? key.keyID
        self.bootID = bootID
    }

    /// The fields to add to the request: `content-digest`, `otomi-boot`, `signature-input` and `signature`.
    ///
    /// `created` is in seconds since 1970; `nonce` is used once, see `Nonce`.
    ///
    /// - Throws: `SignatureError` when the key cannot sign.
    package func fields(
        for line: RequestLine,
        body: [UInt8],
        created: Int64,
        nonce: String
    ) throws(SignatureError) -> [(name: String, value: String)] {
        let digest = ContentDigest.field(of: body)
        let input = SignatureInput(components: RequestLine.components, created: created, nonce: nonce, keyID: keyID)
        let base = try input.base { line.value(of: $0, contentDigest: digest, bootID: bootID) }
        let signature: [UInt8]
        do throws(BundleError) { signature = try key.sign(base) } catch {
            throw SignatureError(.invalid, error.message)
        }
        return [
            (ContentDigest.fieldName, digest),
            (Boot.fieldName, bootID),
            ("signature-input", "\(Self.label)=\(input.text)"),
            ("signature", "\(Self.label)=:\(Base64.encode(signature)):"),
        ]
    }
}
