import JSON

/// A secret text as the values show it.
enum SecretText: Hashable {
    /// Nobody set it.
    case absent
    /// Somebody set it, but these values were read without their secrets.
    case hidden
    case clear(String)

    init(_ json: JSONValue?) {
        switch json {
        case nil, .null?: self = .absent
        case .string(let text)?: self = .clear(text)
        default: self = .hidden
        }
    }

    var text: String? {
        if case .clear(let text) = self { text } else { nil }
    }

    /// This text, or `other` where nobody set it.
    func or(_ other: SecretText) -> SecretText { self == .absent ? other : self }
}
