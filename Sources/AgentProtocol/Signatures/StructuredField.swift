import Bundles

/// The part of Structured Field Values (RFC 9651) that signatures are written in: dictionaries of inner lists and items.
enum StructuredField {
    /// A single value.
    enum Item: Hashable, Sendable {
        case integer(Int64)
        case string(String)
        case token(String)
        case bytes([UInt8])
        case boolean(Bool)

        var text: String {
            switch self {
            case .integer(let value): String(value)
            case .string(let value): StructuredField.quoted(value)
            case .token(let value): value
            case .bytes(let value): ":\(Base64.encode(value)):"
            case .boolean(let value): value ? "?1" : "?0"
            }
        }
    }

    struct Parameter: Hashable, Sendable {
        let name: String
        let value: Item
    }

    /// The value of a dictionary member.
    struct Member: Hashable, Sendable {
        /// The strings of an inner list; `nil` when the member is an item.
        let list: [String]?
        /// The item; `nil` when the member is a list.
        let item: Item?
        let parameters: [Parameter]
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }

    /// Reads a dictionary; a member that occurs twice is refused, which is stricter than the RFC.
    static func dictionary(_ text: String) throws(SignatureError) -> [String: Member] {
        var parser = StructuredFieldParser(text)
        return try parser.dictionary()
    }
}
