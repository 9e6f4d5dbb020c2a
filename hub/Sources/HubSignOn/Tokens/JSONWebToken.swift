package import JSON

/// A signed token in the compact form (RFC 7515, section 7.1; RFC 7519), read but not verified.
package struct JSONWebToken: Sendable {
    /// What the token says of its signature.
    package struct Header: Hashable, Sendable {
        package let algorithm: SignatureAlgorithm
        package let keyID: String?
    }

    /// Longer tokens are refused before they are read.
    package static let maximumBytes = 64 << 10

    private static let maximumDepth = 16

    package let header: Header
    /// The claims; nothing may be believed of them before ``isSigned(by:)``.
    package let claims: JSONValue
    private let signedText: [UInt8]
    private let signature: [UInt8]

    /// Reads the compact form.
    ///
    /// - Throws: `SignOnError.Code.token` for anything but three parts of base64url with a header that is understood
    ///   whole: an algorithm of ``SignatureAlgorithm``, no critical extension, no type but `JWT`.
    package init(_ text: String) throws(SignOnError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw SignOnError(.token, "the ID token is longer than \(Self.maximumBytes) bytes")
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]), !signature.isEmpty else {
            throw SignOnError(.token, "the ID token is no signed token: three parts of base64url are expected")
        }
        header = try Self.header(Self.object(parts[0], "header"))
        claims = try Self.object(parts[1], "claims")
        signedText = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        self.signature = signature
    }

    /// Whether one of `keys` made the signature.
    package func isSigned(by keys: [JSONWebKey]) -> Bool {
        keys.contains { $0.verifies(signature, of: signedText, by: header.algorithm) }
    }

    private static func object(_ part: Substring, _ name: String) throws(SignOnError) -> JSONValue {
        guard let bytes = Base64URL.decode(part), let json = try? JSONValue(parsing: bytes, maximumDepth: maximumDepth),
            json.objectValue != nil
        else { throw SignOnError(.token, "the ID token's \(name) are no JSON object") }
        return json
    }

    private static func header(_ json: JSONValue) throws(SignOnError) -> Header {
        let name = json["alg"]?.stringValue ?? ""
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            let known = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw SignOnError(.token, "the ID token's algorithm '\(name.prefix(16))' is none of \(known)")
        }
        guard json["crit"] == nil else {
            throw SignOnError(.token, "the ID token has critical extensions, none of which is understood")
        }
        if let type = json["typ"]?.stringValue, type.uppercased() != "JWT" {
            throw SignOnError(.token, "the ID token is of the type '\(type.prefix(32))', not JWT")
        }
        return Header(algorithm: algorithm, keyID: json["kid"]?.stringValue)
    }
}
