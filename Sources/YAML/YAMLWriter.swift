import JSON

/// Writes block style YAML: two spaces a level, keys sorted by their bytes, so that equal values are equal texts.
///
/// Whatever another reader might take for something else than a text is quoted, by YAML 1.1's rules too: `yes`, `1_000` and
/// `2021-05-13` are texts to us, but not to many tools that people feed our output to.
struct YAMLWriter {
    private(set) var text = ""

    mutating func writeDocument(_ value: JSONValue) {
        write(value, indentation: 0, isAfterKey: false)
        if !text.hasSuffix("\n") { text += "\n" }
    }

    /// Writes `value` where the line stands; a nested block after a key begins on the next line.
    private mutating func write(_ value: JSONValue, indentation: Int, isAfterKey: Bool) {
        switch value {
        case .object(let members) where !members.isEmpty:
            if isAfterKey { text += "\n" }
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 || isAfterKey { indent(indentation) }
                writeKey(member.key, indentation: indentation)
                write(member.value, indentation: indentation + 2, isAfterKey: true)
            }
        case .array(let elements) where !elements.isEmpty:
            if isAfterKey { text += "\n" }
            for (index, element) in elements.enumerated() {
                if index > 0 || isAfterKey { indent(indentation) }
                text += "- "
                write(element, indentation: indentation + 2, isAfterKey: false)
            }
        default:
            if isAfterKey { text += " " }
            writeLeaf(value, indentation: indentation)
            if !text.hasSuffix("\n") { text += "\n" }
        }
    }

    private mutating func indent(_ count: Int) { text += String(repeating: " ", count: count) }

    private mutating func writeKey(_ key: String, indentation: Int) {
        let quoted = YAMLText.isSafePlain(key) ? key : YAMLText.quoted(key)
        // Longer keys are no "simple keys" to a YAML reader.
        if quoted.utf8.count > 1000 {
            text += "? \(quoted)\n"
            indent(indentation)
            text += ":"
        } else {
            text += "\(quoted):"
        }
    }

    private mutating func writeLeaf(_ value: JSONValue, indentation: Int) {
        switch value {
        case .string(let string):
            if YAMLText.isSafePlain(string) {
                text += string
            } else if YAMLText.isBlock(string) {
                writeBlock(string, indentation: max(indentation, 2))
            } else {
                text += YAMLText.quoted(string)
            }
        case .object: text += "{}"
        case .array: text += "[]"
        case .null, .bool, .integer, .number: text += value.compactText
        }
    }

    /// A literal block: the text as it is, indented.
    private mutating func writeBlock(_ string: String, indentation: Int) {
        var lines = string.split(separator: "\n", omittingEmptySubsequences: false)
        text += "|"
        if lines.first(where: { !$0.isEmpty })?.first == " " { text += "2" }
        if string.hasSuffix("\n") {
            lines.removeLast()
            if lines.last?.isEmpty == true { text += "+" }
        } else {
            text += "-"
        }
        text += "\n"
        for line in lines {
            if !line.isEmpty {
                indent(indentation)
                text += line
            }
            text += "\n"
        }
    }
}

/// Decides how a text is written.
enum YAMLText {
    private static let words: Set<String> = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ]

    /// Whether every YAML reader, old or new, takes the bare text for this text.
    static func isSafePlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, last != UInt8(ascii: " "), last != UInt8(ascii: ":")
        else {
            return false
        }
        guard isLetter(first) || isDigit(first) || "_/.$(".utf8.contains(first) else { return false }
        for (index, byte) in bytes.enumerated() where !isLetter(byte) && !isDigit(byte) {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "'"): break
            case UInt8(ascii: ":"): if bytes[index + 1] == UInt8(ascii: " ") { return false }
            default: if !"_-./@+$()=;<>*!?&%^~\\|".utf8.contains(byte) { return false }
            }
        }
        if words.contains(text.lowercased()) { return false }
        if isDigit(first) || first == UInt8(ascii: ".") { return !looksLikeNumber(bytes) }
        return true
    }

    /// Numbers in all their forms, dates and times, IPv6 addresses, and more than that: quotes do no harm.
    private static func looksLikeNumber(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { isDigit($0) || "_.:+-abcdefABCDEFxXoOTZtz infNIF".utf8.contains($0) }
    }

    /// Whether the text is readable as a literal block, and comes back from one as it is.
    static func isBlock(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "\n")) else { return false }
        guard text.unicodeScalars.allSatisfy({ $0 == "\n" || $0 == "\t" || isPrintable($0) }) else { return false }
        // Lines of blanks only at the start cannot be told from indentation.
        let first = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return first.contains { $0 != " " && $0 != "\t" } && first.first != "\t"
    }

    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// In single quotes where that is enough, else in double quotes with escapes.
    static func quoted(_ text: String) -> String {
        if text.unicodeScalars.allSatisfy(isPrintable) {
            var result = "'"
            for scalar in text.unicodeScalars {
                result.unicodeScalars.append(scalar)
                if scalar == "'" { result += "'" }
            }
            return result + "'"
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                }
            }
        }
        return result + "\""
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
