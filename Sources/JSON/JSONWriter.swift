/// Writes JSON, with sorted keys where equal values are to be equal bytes.
struct JSONWriter {
    enum Style {
        /// One line, nothing between tokens.
        case compact
        /// The same with keys in no order.
        case unordered
        /// Two spaces a level, for people.
        case pretty
        /// OLPC canonical JSON, the form that TUF metadata is signed in: only `"` and `\` are escaped.
        case canonical
    }

    private(set) var bytes: [UInt8] = []
    private let style: Style
    private var indentation = 0

    /// Writes after `start`.
    init(_ style: Style, after start: [UInt8] = []) {
        self.style = style
        bytes.reserveCapacity(1_024)
        bytes += start
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .number(let value): append(Self.text(of: value))
        case .string(let value): write(value)
        case .array(let elements):
            list("[", "]", elements) { writer, element in writer.write(element) }
        case .object(let members) where style == .unordered: list("{", "}", members) { $0.write($1.key, $1.value) }
        case .object(let members):
            list("{", "}", members.sorted { Self.precedes($0.key, $1.key) }) { $0.write($1.key, $1.value) }
        }
    }

    private mutating func write(_ key: String, _ value: JSONValue) {
        write(key)
        append(style == .pretty ? ": " : ":")
        write(value)
    }

    private mutating func list<Elements: Collection>(
        _ open: StaticString,
        _ close: StaticString,
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        append(open)
        indentation += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            breakLine()
            write(&self, element)
        }
        indentation -= 1
        if !elements.isEmpty { breakLine() }
        append(close)
    }

    private mutating func breakLine() {
        guard style == .pretty else { return }
        bytes.append(0x0A)
        for _ in 0..<indentation { append("  ") }
    }

    private mutating func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { characters in
            // What lies between two characters that are escaped is copied at once.
            var start = 0
            for index in characters.indices where isEscaped(characters[index]) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: characters[start..<index]))
                escape(characters[index])
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: characters[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func isEscaped(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || (byte < 0x20 && style != .canonical)
    }

    private mutating func escape(_ byte: UInt8) {
        guard byte < 0x20 else {
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
            return
        }
        escapeControl(byte)
    }

    private mutating func escapeControl(_ byte: UInt8) {
        switch byte {
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        default:
            append("\\u00")
            append(byte < 0x10 ? "0" : "1")
            append(String(byte & 0x0F, radix: 16))
        }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Byte order; Swift's own string order follows Unicode normalisation, which no other reader of the bytes shares.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func text(of value: Double) -> String {
        // A whole double keeps a form that reads back as an integer value, as JavaScript and Go write it.
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}

extension JSONValue {
    /// One line of JSON, keys sorted by their UTF-8 bytes.
    package func serialized() -> [UInt8] {
        var writer = JSONWriter(.compact)
        writer.write(self)
        return writer.bytes
    }

    /// A byte and one line of JSON, keys in no order: for a reader that orders them itself.
    package func unorderedBytes(after first: UInt8) -> [UInt8] {
        var writer = JSONWriter(.unordered, after: [first])
        writer.write(self)
        return writer.bytes
    }

    /// One line of JSON, keys sorted.
    package var compactText: String { String(decoding: serialized(), as: UTF8.self) }

    /// Indented JSON for people, keys sorted, with a line break at its end.
    package var prettyText: String {
        var writer = JSONWriter(.pretty)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    /// The bytes that TUF signs (TUF specification 1.0, section 4.1: OLPC canonical JSON).
    ///
    /// - Throws: `JSONError` with the pointer of a number that is no integer, which the form does not have.
    package func canonical() throws(JSONError) -> [UInt8] {
        if let pointer = firstFraction(at: .root) {
            throw JSONError("canonical JSON has integers only", at: pointer)
        }
        var writer = JSONWriter(.canonical)
        writer.write(self)
        return writer.bytes
    }

    private func firstFraction(at pointer: JSONPointer) -> JSONPointer? {
        switch self {
        case .number: pointer
        case .array(let elements):
            elements.enumerated().lazy.compactMap { $1.firstFraction(at: pointer.appending($0)) }.first
        case .object(let members):
            members.lazy.compactMap { $0.value.firstFraction(at: pointer.appending($0.key)) }.first
        default: nil
        }
    }
}
