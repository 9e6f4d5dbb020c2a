package import JSON

/// What stands in a document where a secret is stored: `{"$secret": "<reference>"}`.
///
/// The plaintext never leaves the hub's encryption; a document that is read and written back with its markers keeps its
/// secrets, because a marker is accepted wherever the schema has a secret.
package enum SecretMarker {
    package static let key = "$secret"

    /// A marker; `reference` is the store's own business and says nothing about the content.
    package static func marker(_ reference: String) -> JSONValue { .object([key: .string(reference)]) }

    /// Whether `value` is a marker instead of a secret.
    package static func isMarker(_ value: JSONValue) -> Bool { reference(of: value) != nil }

    /// The marker's reference; `nil` when `value` is no marker.
    package static func reference(of value: JSONValue) -> String? {
        guard let members = value.objectValue, members.count == 1 else { return nil }
        return members[key]?.stringValue
    }
}
