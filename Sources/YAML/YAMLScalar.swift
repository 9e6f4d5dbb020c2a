import JSON

extension YAMLScalar {
    private static let core = "tag:yaml.org,2002:"

    /// The value, by the rules of YAML 1.2's core schema.
    func resolved(at mark: YAMLMark) throws(YAMLError) -> JSONValue {
        guard let tag, tag != "!" else {
            return tag == nil && isPlain ? try Self.plain(text, at: mark) : .string(text)
        }
        guard tag.hasPrefix(Self.core) else { throw Self.unknownTag(mark) }
        let type = tag.dropFirst(Self.core.count)
        if type == "str" { return .string(text) }
        guard ["null", "bool", "int", "float"].contains(type) else {
            throw Self.unknownTag(mark)
        }
        let value = try Self.plain(text, at: mark)
        switch (type, value) {
        case ("null", .null), ("bool", .bool), ("int", .integer), ("float", .number): return value
        case ("float", .integer(let integer)): return .number(Double(integer))
        default: throw mark.error("this text is no !!\(type)")
        }
    }

    /// Messages do not repeat the text: it may be a secret that somebody forgot to quote.
    private static func unknownTag(_ mark: YAMLMark) -> YAMLError {
        mark.error("this tag is not understood; quote a text that begins with '!'")
    }

    private static func plain(_ text: String, at mark: YAMLMark) throws(YAMLError) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        switch YAMLNumber.form(of: text) {
        case .none: return .string(text)
        case .integer(let digits, let radix):
            guard let integer = Int64(digits, radix: radix) else {
                throw mark.error("this number does not fit 64 bits; quote it if it is a text")
            }
            return .integer(integer)
        case .float:
            guard let number = Double(text), number.isFinite else {
                throw mark.error("this number is out of range; quote it if it is a text")
            }
            return .number(number)
        case .special: throw mark.error("JSON has no infinity and no NaN; quote it if it is a text")
        }
    }
}

/// The forms of numbers in YAML 1.2's core schema.
enum YAMLNumber {
    enum Form: Equatable {
        case none
        case integer(digits: String, radix: Int)
        case float
        /// `.inf` and `.nan`.
        case special
    }

    static func form(of text: String) -> Form {
        var bytes = text.utf8[...]
        if bytes.starts(with: "0o".utf8) { return integer(bytes.dropFirst(2), radix: 8) }
        if bytes.starts(with: "0x".utf8) { return integer(bytes.dropFirst(2), radix: 16) }
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        switch String(Substring(bytes)) {
        case ".inf", ".Inf", ".INF": return .special
        case ".nan", ".NaN", ".NAN": return bytes.count == text.utf8.count ? .special : .none
        default: break
        }
        let whole = bytes.prefix(while: isDigit)
        bytes = bytes.dropFirst(whole.count)
        if bytes.isEmpty, !whole.isEmpty { return .integer(digits: text, radix: 10) }
        var fraction = 0
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            fraction = bytes.prefix(while: isDigit).count
            bytes = bytes.dropFirst(fraction)
        }
        guard !whole.isEmpty || fraction > 0 else { return .none }
        if bytes.first == UInt8(ascii: "e") || bytes.first == UInt8(ascii: "E") {
            bytes = bytes.dropFirst()
            if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
            let exponent = bytes.prefix(while: isDigit).count
            guard exponent > 0 else { return .none }
            bytes = bytes.dropFirst(exponent)
        }
        return bytes.isEmpty ? .float : .none
    }

    private static func integer(_ digits: Substring.UTF8View, radix: Int) -> Form {
        let isNumber =
            !digits.isEmpty
            && digits.allSatisfy { byte in
                radix == 8
                    ? (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte)
                    : isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            }
        return isNumber ? .integer(digits: String(Substring(digits)), radix: radix) : .none
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
