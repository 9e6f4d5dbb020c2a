import JSON
import Values

/// Takes the secrets out of what a plan shows of confidential objects.
///
/// Keys stay, because they are names; that a value changes stays visible, because before and after are different markers.
enum ConcealedObject {
    /// What stands for a secret as it was.
    static let before = SecretMarker.marker("before")
    /// What stands for a secret as it will be.
    static let after = SecretMarker.marker("after")

    /// What of a confidential object anybody may read who may see the object.
    private static let open: [[String]] = [
        ["apiVersion"], ["kind"], ["type"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "labels"],
    ]

    /// A change of a confidential object without the values.
    static func concealing(_ change: JSONDifference) -> JSONDifference {
        JSONDifference(
            pointer: change.pointer,
            before: change.before.map { concealing($0, at: change.pointer.tokens, by: before) },
            after: change.after.map { concealing($0, at: change.pointer.tokens, by: after) }
        )
    }

    /// A confidential object without the values.
    static func concealing(_ object: JSONValue) -> JSONValue { concealing(object, at: [], by: after) }

    private static func concealing(_ value: JSONValue, at path: [String], by marker: JSONValue) -> JSONValue {
        if open.contains(where: { path.starts(with: $0) }) { return value }
        return switch value {
        case .object(let members):
            .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { ($0, concealing($1, at: path + [$0], by: marker)) }
                )
            )
        case .array(let elements): .array(elements.map { concealing($0, at: path + ["-"], by: marker) })
        case .null: .null
        default: marker
        }
    }
}
