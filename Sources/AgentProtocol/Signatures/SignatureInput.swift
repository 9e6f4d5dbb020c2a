/// What a signature covers and how it was made (RFC 9421, section 2).
package struct SignatureInput: Hashable, Sendable {
    /// The covered components in their order: derived ones begin with `@`, the others are field names in lower case.
    package let components: [String]
    private let parameters: [StructuredField.Parameter]

    /// Describes a signature of this product: created, nonce, key id, algorithm and tag, in this order.
    package init(components: [String], created: Int64, nonce: String, keyID: String) {
        self.components = components
        parameters = [
            StructuredField.Parameter(name: "created", value: .integer(created)),
            StructuredField.Parameter(name: "nonce", value: .string(nonce)),
            StructuredField.Parameter(name: "keyid", value: .string(keyID)),
            StructuredField.Parameter(name: "alg", value: .string("ed25519")),
            StructuredField.Parameter(name: "tag", value: .string(RequestSigner.tag)),
        ]
    }

    /// Reads the member `label` of a `Signature-Input` field.
    ///
    /// - Throws: `SignatureError` when the field is malformed, lacks the label, or covers a component twice.
    package init(field: String, label: String) throws(SignatureError) {
        guard let member = try StructuredField.dictionary(field)[label] else {
            throw SignatureError(.missing, "Signature-Input has no member '\(label)'")
        }
        guard let components = member.list else {
            throw SignatureError(.malformed, "the member '\(label)' of Signature-Input is no list of components")
        }
        guard Set(components).count == components.count else {
            throw SignatureError(.malformed, "Signature-Input covers a component twice")
        }
        self.components = components
        parameters = member.parameters
    }

    package var created: Int64? {
        if case .integer(let value)? = parameter("created") { value } else { nil }
    }

    package var nonce: String? { string("nonce") }

    package var keyID: String? { string("keyid") }

    package var algorithm: String? { string("alg") }

    package var tag: String? { string("tag") }

    /// The names of all parameters, in their order.
    package var parameterNames: [String] { parameters.map(\.name) }

    /// The value of the label in a `Signature-Input` field, in the only spelling that is signed.
    package var text: String {
        let list = components.map(StructuredField.quoted).joined(separator: " ")
        return "(\(list))" + parameters.map { ";\($0.name)=\($0.value.text)" }.joined()
    }

    /// The bytes that are signed (section 2.5); `value` gives each component's canonical value.
    ///
    /// - Throws: `SignatureError.unsupported` when a covered component has no value.
    package func base(_ value: (String) -> String?) throws(SignatureError) -> [UInt8] {
        var lines = ""
        for component in components {
            guard let value = value(component) else {
                throw SignatureError(.unsupported, "the covered component '\(component)' is not part of the request")
            }
            lines += "\(StructuredField.quoted(component)): \(value)\n"
        }
        return Array((lines + "\"@signature-params\": \(text)").utf8)
    }

    private func parameter(_ name: String) -> StructuredField.Item? {
        parameters.first { $0.name == name }?.value
    }

    private func string(_ name: String) -> String? {
        if case .string(let value)? = parameter(name) { value } else { nil }
    }
}
