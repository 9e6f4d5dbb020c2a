import Bundles

/// Reads the fields byte by byte; every loop is bounded by the length of the field.
struct StructuredFieldParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func dictionary() throws(SignatureError) -> [String: StructuredField.Member] {
        var members: [String: StructuredField.Member] = [:]
        skipSpaces()
        while position < bytes.count {
            let name = try key()
            guard consume("=") else { throw fault("'=' is expected") }
            guard members.updateValue(try member(), forKey: name) == nil else {
                throw fault("the member '\(name)' occurs twice")
            }
            skipSpaces()
            guard position < bytes.count else { break }
            guard consume(",") else { throw fault("',' is expected") }
            skipSpaces()
            guard position < bytes.count else { throw fault("a member is expected after ','") }
        }
        return members
    }

    private mutating func member() throws(SignatureError) -> StructuredField.Member {
        guard consume("(") else {
            let item = try item()
            return StructuredField.Member(list: nil, item: item, parameters: try parameters())
        }
        var list: [String] = []
        skipSpaces(orTabs: false)
        while !consume(")") {
            guard case .string(let text) = try item() else { throw fault("a string is expected in a list") }
            list.append(text)
            guard peek == UInt8(ascii: " ") || peek == UInt8(ascii: ")") else {
                throw fault("parameters of a component are not supported")
            }
            skipSpaces(orTabs: false)
        }
        return StructuredField.Member(list: list, item: nil, parameters: try parameters())
    }

    private mutating func parameters() throws(SignatureError) -> [StructuredField.Parameter] {
        var parameters: [StructuredField.Parameter] = []
        while consume(";") {
            skipSpaces(orTabs: false)
            let name = try key()
            let value: StructuredField.Item = consume("=") ? try item() : .boolean(true)
            guard !parameters.contains(where: { $0.name == name }) else {
                throw fault("the parameter '\(name)' occurs twice")
            }
            parameters.append(StructuredField.Parameter(name: name, value: value))
        }
        return parameters
    }

    private mutating func key() throws(SignatureError) -> String {
        let start = position
        while let byte = peek, isKeyByte(byte, isFirst: position == start) { position += 1 }
        guard position > start else { throw fault("a key is expected") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func item() throws(SignatureError) -> StructuredField.Item {
        guard let first = peek else { throw fault("a value is expected") }
        switch first {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: ":"): return .bytes(try byteSequence())
        case UInt8(ascii: "?"):
            position += 1
            if consume("1") { return .boolean(true) }
            if consume("0") { return .boolean(false) }
            throw fault("?0 or ?1 is expected")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "*"):
            let start = position
            while let byte = peek, isTokenByte(byte) { position += 1 }
            return .token(String(decoding: bytes[start..<position], as: UTF8.self))
        default: throw fault("a value is expected")
        }
    }

    private mutating func string() throws(SignatureError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = peek, next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") else {
                    throw fault("only '\"' and '\\' are escaped")
                }
                text.append(next)
                position += 1
            case 0x20...0x7E: text.append(byte)
            default: throw fault("a string holds printable ASCII only")
            }
        }
        throw fault("the field ends inside a string")
    }

    private mutating func byteSequence() throws(SignatureError) -> [UInt8] {
        position += 1
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: ":")),
            let content = Base64.decode(String(decoding: bytes[position..<end], as: UTF8.self))
        else { throw fault("base64 between colons is expected") }
        position = end + 1
        return content
    }

    private mutating func integer() throws(SignatureError) -> Int64 {
        let start = position
        _ = consume("-")
        let digits = position
        while let byte = peek, isDigit(byte) { position += 1 }
        guard position > digits, position - digits <= 15, peek != UInt8(ascii: "."),
            let value = Int64(String(decoding: bytes[start..<position], as: UTF8.self))
        else { throw fault("an integer of at most 15 digits is expected") }
        return value
    }

    // MARK: - Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func consume(_ character: Unicode.Scalar) -> Bool {
        guard let byte = peek, UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    /// Tabs may stand around the commas of a dictionary only (RFC 9651, section 4.2).
    private mutating func skipSpaces(orTabs: Bool = true) {
        while peek == UInt8(ascii: " ") || (orTabs && peek == UInt8(ascii: "\t")) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private func isKeyByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "*") { return true }
        return !isFirst && (isDigit(byte) || "_-.".utf8.contains(byte))
    }

    private func isTokenByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || "!#$%&'*+-.^_`|~:/".utf8.contains(byte)
    }

    private func fault(_ message: String) -> SignatureError {
        SignatureError(.malformed, "\(message) at byte \(position) of the field")
    }
}
