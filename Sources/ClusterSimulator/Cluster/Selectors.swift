import JSON

/// Which objects a list or a watch asks for.
struct Selectors: Sendable {
    private enum Requirement: Sendable {
        case exists(String)
        case missing(String)
        case within(String, Set<String>)
        case outside(String, Set<String>)
    }

    private var labels: [Requirement] = []
    private var fields: [(path: [String], value: String, isEqual: Bool)] = []

    /// Reads the query's selectors.
    ///
    /// - Throws: 400 when one of them cannot be read.
    init(label: String?, field: String?) throws(APIStatus) {
        labels = try Self.parseLabels(label ?? "")
        fields = try Self.parseFields(field ?? "")
    }

    var isEmpty: Bool { labels.isEmpty && fields.isEmpty }

    /// The name that the field selector asks for, if it asks for just one.
    var onlyName: String? { fields.first { $0.path == ["metadata", "name"] && $0.isEqual }?.value }

    func matches(_ object: StoredObject) -> Bool {
        labels.allSatisfy { matches($0, object.labels) } && matchesFields(object)
    }

    private func matches(_ requirement: Requirement, _ labels: [String: String]) -> Bool {
        switch requirement {
        case .exists(let key): labels[key] != nil
        case .missing(let key): labels[key] == nil
        case .within(let key, let values): labels[key].map(values.contains) ?? false
        case .outside(let key, let values): labels[key].map { !values.contains($0) } ?? true
        }
    }

    private func matchesFields(_ object: StoredObject) -> Bool {
        guard !fields.isEmpty else { return true }
        var whole: JSONValue?
        return fields.allSatisfy { field in
            let value: String
            switch field.path {
            case ["metadata", "name"]: value = object.name.name
            case ["metadata", "namespace"]: value = object.name.namespace
            default:
                let json = whole ?? object.json(apiVersion: "", kind: "")
                whole = json
                value = json[JSONPointer(field.path)]?.stringValue ?? ""
            }
            return (value == field.value) == field.isEqual
        }
    }

    // MARK: - Reading

    private static func parseFields(
        _ text: String
    ) throws(APIStatus) -> [(path: [String], value: String, isEqual: Bool)] {
        var result: [(path: [String], value: String, isEqual: Bool)] = []
        for part in text.split(separator: ",") {
            guard let equal = part.firstIndex(of: "=") else {
                throw APIStatus.badRequest("invalid field selector \"\(part)\": couldn't understand requirement")
            }
            let isEqual = equal == part.startIndex || part[part.index(before: equal)] != "!"
            let path = part[..<equal].filter { $0 != "!" }.split(separator: ".").map(String.init)
            result.append((path, String(part[equal...].drop { $0 == "=" }), isEqual))
        }
        return result
    }

    private static func parseLabels(_ text: String) throws(APIStatus) -> [Requirement] {
        var result: [Requirement] = []
        for part in split(text) {
            result.append(try parse(part))
        }
        return result
    }

    /// Splits at commas outside parentheses.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var current = ""
        var depth = 0
        for character in text {
            switch character {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(current)
                current = ""
                continue
            default: break
            }
            current.append(character)
        }
        parts.append(current)
        return parts.map(trim).filter { !$0.isEmpty }
    }

    private static func parse(_ part: String) throws(APIStatus) -> Requirement {
        if part.hasPrefix("!") { return .missing(trim(part.dropFirst())) }
        if let open = part.firstIndex(of: "("), part.hasSuffix(")") {
            let head = part[..<open].split(separator: " ").map(String.init)
            let values = Set(
                part[part.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
                    .map(trim)
            )
            if head.count == 2, head[1] == "in" { return .within(head[0], values) }
            if head.count == 2, head[1] == "notin" { return .outside(head[0], values) }
            throw APIStatus.badRequest("unable to parse requirement: '\(part)'")
        }
        if let position = part.firstIndex(of: "=") {
            let value = trim(part[position...].drop { $0 == "=" })
            let key = part[..<position]
            if key.last == "!" { return .outside(trim(key.dropLast()), [value]) }
            return .within(trim(key), [value])
        }
        guard !part.contains(" ") else { throw APIStatus.badRequest("unable to parse requirement: '\(part)'") }
        return .exists(part)
    }

    private static func trim(_ text: some StringProtocol) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
