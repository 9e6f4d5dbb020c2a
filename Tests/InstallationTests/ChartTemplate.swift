import JSON

/// Renders what the agent's chart uses of Helm's templates: values, `quote`, `toJson`, `if`, `else`, `range`, `fail`.
///
/// Anything else is an error, so that the chart stays as plain as this.
struct ChartTemplate {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    private indirect enum Node {
        case text(String)
        case value([String])
        case fail(String)
        case condition([String], then: [Node], otherwise: [Node])
        case range([String], [Node])
    }

    private let nodes: [Node]

    init(_ text: String) throws {
        var tokens = try Self.tokens(of: text)[...]
        nodes = try Self.parse(&tokens)
        guard tokens.isEmpty else { throw Fault(description: "end without a beginning") }
    }

    /// The text for `context`, which holds `Values` and `Release`.
    func rendered(with context: JSONValue) throws -> String {
        try Self.render(nodes, context, dot: context)
    }

    // MARK: - Reading

    private enum Token {
        case text(String)
        case action([String])
    }

    private static func tokens(of text: String) throws -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        var trims = false
        while let start = rest.firstRange(of: "{{") {
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw Fault(description: "{{ without }}")
            }
            var before = rest[..<start.lowerBound]
            var action = rest[start.upperBound..<end.lowerBound]
            if trims { before = before.drop(while: \.isWhitespace) }
            if action.hasPrefix("- ") {
                action = action.dropFirst(2)
                while before.last?.isWhitespace == true { before.removeLast() }
            }
            trims = action.hasSuffix(" -")
            if trims { action = action.dropLast(2) }
            tokens.append(.text(String(before)))
            tokens.append(.action(words(of: action)))
            rest = rest[end.upperBound...]
        }
        tokens.append(.text(String(trims ? rest.drop(while: \.isWhitespace) : rest)))
        return tokens
    }

    private static func words(of action: Substring) -> [String] {
        var words: [String] = []
        for (index, part) in action.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) {
                words += part.split(whereSeparator: \.isWhitespace).map(String.init)
            } else {
                words.append("\"\(part)")
            }
        }
        return words
    }

    private static func parse(_ tokens: inout ArraySlice<Token>) throws -> [Node] {
        var nodes: [Node] = []
        while let token = tokens.first {
            guard case .action(let words) = token else {
                if case .text(let text) = token { nodes.append(.text(text)) }
                tokens.removeFirst()
                continue
            }
            switch words.first {
            case "end", "else": return nodes
            case "if":
                tokens.removeFirst()
                let then = try parse(&tokens)
                var otherwise: [Node] = []
                if case .action(["else"])? = tokens.first {
                    tokens.removeFirst()
                    otherwise = try parse(&tokens)
                }
                try close(&tokens)
                nodes.append(.condition(Array(words.dropFirst()), then: then, otherwise: otherwise))
            case "range":
                tokens.removeFirst()
                let body = try parse(&tokens)
                try close(&tokens)
                nodes.append(.range(Array(words.dropFirst()), body))
            case "fail":
                tokens.removeFirst()
                nodes.append(.fail(words.dropFirst().joined(separator: " ")))
            default:
                tokens.removeFirst()
                nodes.append(.value(words))
            }
        }
        return nodes
    }

    private static func close(_ tokens: inout ArraySlice<Token>) throws {
        guard case .action(["end"])? = tokens.popFirst() else { throw Fault(description: "end is missing") }
    }

    // MARK: - Rendering

    private static func render(_ nodes: [Node], _ root: JSONValue, dot: JSONValue) throws -> String {
        try nodes.map { node in
            switch node {
            case .text(let text): text
            case .value(let words): try text(of: words, root, dot)
            case .fail(let message): throw Fault(description: message)
            case .condition(let words, let then, let otherwise):
                try render(holds(words, root, dot) ? then : otherwise, root, dot: dot)
            case .range(let words, let body):
                try (value(words[0], root, dot).arrayValue ?? []).map { try render(body, root, dot: $0) }.joined()
            }
        }.joined()
    }

    private static func text(of words: [String], _ root: JSONValue, _ dot: JSONValue) throws -> String {
        let found = try value(words[0], root, dot)
        switch words.dropFirst() {
        case []: return found.stringValue ?? found.compactText
        // JSON's strings are YAML's double-quoted ones.
        case ["|", "quote"], ["|", "toJson"]: return found.compactText
        default: throw Fault(description: "too much for this chart: \(words.joined(separator: " "))")
        }
    }

    private static func holds(_ words: [String], _ root: JSONValue, _ dot: JSONValue) throws -> Bool {
        if words.first == "ne", words.count == 3 {
            return try value(words[1], root, dot) != value(words[2], root, dot)
        }
        guard words.count == 1 else { throw Fault(description: "too much: if \(words.joined(separator: " "))") }
        return try ![.null, .bool(false), "", [], [:], 0].contains(value(words[0], root, dot))
    }

    private static func value(_ word: String, _ root: JSONValue, _ dot: JSONValue) throws -> JSONValue {
        if word.hasPrefix("\"") { return .string(String(word.dropFirst())) }
        if word == "." { return dot }
        guard word.hasPrefix(".") else { throw Fault(description: "'\(word)' is no value") }
        return try word.dropFirst().split(separator: ".").reduce(root) { value, key in
            guard let member = value[String(key)] else { throw Fault(description: "there is no \(word)") }
            return member
        }
    }
}
