/// What a piece of text means, which decides its colour.
enum Style: Sendable {
    case plain
    case header
    case good
    case busy
    case bad
    case faint

    private var code: String? {
        switch self {
        case .plain: nil
        case .header: "1"
        case .good: "32"
        case .busy: "33"
        case .bad: "31"
        case .faint: "2"
        }
    }

    /// `text` in this style's colour, or as it is when colour is off.
    func apply(to text: String, colour: Bool) -> String {
        guard colour, let code, !text.isEmpty else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
