/// A place inside a JSON value (RFC 6901).
package struct JSONPointer: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var tokens: [String]

    package static let root = JSONPointer([])

    package init(_ tokens: [String]) {
        self.tokens = tokens
    }

    /// Reads the text form; `nil` unless it is empty or begins with `/` (RFC 6901, section 3).
    package init?(_ text: String) {
        guard !text.isEmpty else {
            self.tokens = []
            return
        }
        guard text.first == "/" else { return nil }
        tokens = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            $0.contains("~") ? Self.unescape($0) : String($0)
        }
    }

    package func appending(_ token: String) -> JSONPointer { JSONPointer(tokens + [token]) }

    package func appending(_ index: Int) -> JSONPointer { JSONPointer(tokens + [String(index)]) }

    package var description: String {
        tokens.map { "/" + ($0.contains { $0 == "~" || $0 == "/" } ? Self.escape($0) : $0) }.joined()
    }

    package static func < (left: JSONPointer, right: JSONPointer) -> Bool {
        left.tokens.lexicographicallyPrecedes(right.tokens)
    }

    private static func escape(_ token: String) -> String {
        var result = ""
        for character in token {
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.append(character)
            }
        }
        return result
    }

    private static func unescape(_ token: Substring) -> String {
        var result = ""
        var characters = token.makeIterator()
        while let character = characters.next() {
            guard character == "~" else {
                result.append(character)
                continue
            }
            switch characters.next() {
            case "0": result.append("~")
            case "1": result.append("/")
            case let other?: result += "~\(other)"
            case nil: result.append("~")
            }
        }
        return result
    }
}

extension JSONValue {
    /// The value at `pointer`, `nil` when nothing is there.
    package subscript(pointer: JSONPointer) -> JSONValue? {
        var current = self
        for token in pointer.tokens {
            switch current {
            case .object(let members):
                guard let next = members[token] else { return nil }
                current = next
            case .array(let elements):
                guard let index = Int(token), elements.indices.contains(index) else { return nil }
                current = elements[index]
            default: return nil
            }
        }
        return current
    }

    /// Replaces the value at `pointer`; missing objects on the way are made.
    ///
    /// - Throws: `JSONError` when the way leads through a scalar or outside an array.
    package mutating func set(_ value: JSONValue, at pointer: JSONPointer) throws(JSONError) {
        try set(value, at: pointer, depth: 0)
    }

    private mutating func set(_ value: JSONValue, at pointer: JSONPointer, depth: Int) throws(JSONError) {
        guard depth < pointer.tokens.count else {
            self = value
            return
        }
        let token = pointer.tokens[depth]
        switch self {
        case .array(var elements):
            guard let index = Int(token), elements.indices.contains(index) else {
                throw JSONError("no element \(token)", at: JSONPointer(Array(pointer.tokens.prefix(depth))))
            }
            try elements[index].set(value, at: pointer, depth: depth + 1)
            self = .array(elements)
        case .object, .null:
            var child = self[token] ?? .null
            try child.set(value, at: pointer, depth: depth + 1)
            self[token] = child
        default:
            throw JSONError("\(typeName) holds no members", at: JSONPointer(Array(pointer.tokens.prefix(depth))))
        }
    }
}
