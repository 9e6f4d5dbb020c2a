import JSON
import Values

/// A value of one field in a line for people; never a secret.
struct FieldText: CustomStringConvertible {
    let description: String

    /// How long a value is shown.
    private static let maximumLength = 80

    init(_ value: JSONValue?) {
        guard let value else {
            description = "nothing"
            return
        }
        guard !SecretMarker.isMarker(value) else {
            description = "a secret"
            return
        }
        let text = String(decoding: Self.withoutMarkers(value).serialized(), as: UTF8.self)
        description = text.count > Self.maximumLength ? "\(text.prefix(Self.maximumLength))…" : text
    }

    private static func withoutMarkers(_ value: JSONValue) -> JSONValue {
        if SecretMarker.isMarker(value) { return "a secret" }
        return switch value {
        case .object(let members): .object(members.mapValues(withoutMarkers))
        case .array(let elements): .array(elements.map(withoutMarkers))
        default: value
        }
    }
}
