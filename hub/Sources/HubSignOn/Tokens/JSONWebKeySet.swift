package import JSON

/// The keys that a provider signs with (RFC 7517, section 5).
package struct JSONWebKeySet: Sendable {
    /// More keys than any provider publishes; what comes after them is not read.
    package static let maximumKeys = 64

    package let keys: [JSONWebKey]

    /// Reads a key set; keys that are of no use here are left out.
    ///
    /// - Throws: `JSONError` when it is no key set.
    package init(json: JSONValue) throws(JSONError) {
        let members: [JSONValue] = try json.required("keys")
        keys = members.prefix(Self.maximumKeys).compactMap { JSONWebKey($0) }
    }

    /// The keys that may have signed a token: those with its `kid`, or all that fit when it has none.
    package func candidates(for header: JSONWebToken.Header) -> [JSONWebKey] {
        keys.filter { key in
            guard key.serves(header.algorithm) else { return false }
            return header.keyID == nil || key.id == header.keyID
        }
    }
}
