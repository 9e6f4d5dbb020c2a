extension KubernetesError {
    /// What is left of a server's words about a Secret: which refusal it is, and the fields that it concerns.
    ///
    /// API servers, and admission webhooks all the more, quote the values that they refuse. So nothing of a text is passed
    /// on but what is known to hold none; the fields' names and the reason are enough to find the fault on the cluster.
    package var concealed: KubernetesError {
        var error = self
        error.causes = causes.map { cause in
            let isImmutable = Self.immutableWords.contains { cause.message.contains($0) }
            return Cause(
                reason: cause.reason,
                message: isImmutable ? "field is immutable" : "",
                field: Self.isFieldPath(cause.field) ? cause.field : ""
            )
        }
        error.message = concealedMessage(error.causes.map(\.field).filter { !$0.isEmpty })
        return error
    }

    private func concealedMessage(_ fields: [String]) -> String {
        if isNamespaceTerminating { return "its namespace does not take it because it is being terminated" }
        let place = fields.isEmpty ? "" : " at \(Set(fields).sorted().prefix(5).joined(separator: ", "))"
        if let webhook = Self.name(after: "admission webhook \"", in: message) {
            return "admission webhook \"\(webhook)\" denied the request\(place); \(Self.withheld)"
        }
        if let webhook = Self.name(after: "failed calling webhook \"", in: message) {
            return "failed calling webhook \"\(webhook)\""
        }
        if isServersOwnWord { return message }
        return "the API server refused it (\(reason.isEmpty ? code.label : reason))\(place); \(Self.withheld)"
    }

    private static let withheld = "its words are withheld, because they may quote the secret"

    /// Whether the message is one that the server makes without looking at the object's values.
    private var isServersOwnWord: Bool {
        switch code {
        case .notFound, .alreadyExists, .conflict, .expired, .unauthorized, .tooManyRequests: true
        case .forbidden:
            message.contains(" is forbidden: User \"") && message.contains("\" cannot ")
                || message.contains(" is forbidden: exceeded quota: ")
        default: false
        }
    }

    private static func name(after mark: String, in text: String) -> String? {
        text.firstRange(of: mark).map { String(text[$0.upperBound...].prefix { $0 != "\"" }) }
            .flatMap { isFieldPath($0) ? $0 : nil }
    }

    /// Whether `text` can only be a field's path, such as `data[password]` or `.metadata.labels.app`.
    private static func isFieldPath(_ text: String) -> Bool {
        text.utf8.count <= 200
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: [".", "-", "_", "[", "]", "/"].contains(UnicodeScalar(byte))
                }
            }
    }
}
