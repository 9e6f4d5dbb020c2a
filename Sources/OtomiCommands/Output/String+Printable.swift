extension String {
    /// The text on one line, with a blank for each character that would break the line or steer the terminal.
    var printable: String { String(map { $0.isNewline || $0.steersTerminal ? " " : $0 }) }

    /// The same for a text of several lines.
    var printableLines: String {
        split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { String($0).printable }
            .joined(separator: "\n")
    }

    /// For a text of JSON, which stays the same value: what would steer the terminal is written as `\u` and its number.
    var printableJSON: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            guard scalar.steersTerminal, scalar != "\n" else { return text.unicodeScalars.append(scalar) }
            let number = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: max(0, 4 - number.count)) + number
        }
    }
}

extension Character {
    fileprivate var steersTerminal: Bool { unicodeScalars.contains(where: \.steersTerminal) }
}

extension Unicode.Scalar {
    /// Whether a terminal obeys it instead of showing it: controls, and what turns the direction of writing.
    fileprivate var steersTerminal: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: properties.generalCategory == .control
        }
    }
}
