import JSON
import Values

/// Reads templates of one entry.
struct TemplateParser {
    /// The app whose spec is `app`.
    let app: String
    /// Whether a secret may be read; what is made of it then ends in a Secret.
    let mayReadSecrets: Bool
    /// What `item` stands for, innermost last.
    private var lists: [[String]] = []

    init(app: String, mayReadSecrets: Bool = false) {
        self.app = app
        self.mayReadSecrets = mayReadSecrets
    }

    /// Reads `json` as a template.
    ///
    /// - Throws: `TemplateError` at the first place that is no template, or that reads a secret where none may be.
    func template(_ json: JSONValue, at pointer: JSONPointer = .root) throws(TemplateError) -> Template {
        switch json {
        case .null, .bool, .integer, .number: return .literal(json)
        case .string(let text): return try self.text(text, at: pointer)
        case .array(let elements):
            var templates: [Template] = []
            for (index, element) in elements.enumerated() {
                templates.append(try template(element, at: pointer.appending(index)))
            }
            return Self.isLiteral(templates) ? .literal(json) : .array(templates)
        case .object(let members):
            if members.keys.contains(where: { $0.hasPrefix("$") }) { return try directive(members, at: pointer) }
            var templates: [String: Template] = [:]
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if key.contains("${") {
                    throw TemplateError(pointer: pointer.appending(key), message: "a member's name cannot be filled")
                }
                templates[key] = try template(member, at: pointer.appending(key))
            }
            return Self.isLiteral(Array(templates.values)) ? .literal(json) : .object(templates)
        }
    }

    private static func isLiteral(_ templates: [Template]) -> Bool {
        templates.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    // MARK: - Texts and paths

    /// `${path}` alone is the value, inside a longer text its text; `$${` stands for `${`.
    private func text(_ text: String, at pointer: JSONPointer) throws(TemplateError) -> Template {
        var pieces: [Template.Piece] = []
        var plain = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                plain += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw TemplateError(pointer: pointer, message: "'${' has no '}'; write '$${' for a plain '${'")
                }
                if !plain.isEmpty { pieces.append(.plain(plain)) }
                plain = ""
                pieces.append(.value(try path(rest.dropFirst(2)[..<end], at: pointer)))
                rest = rest[rest.index(after: end)...]
            } else {
                plain += "$"
                rest = rest.dropFirst()
            }
        }
        plain += rest
        if !plain.isEmpty { pieces.append(.plain(plain)) }
        switch pieces.first {
        case nil: return .literal("")
        case .plain(let text) where pieces.count == 1: return .literal(.string(text))
        case .value(let path) where pieces.count == 1: return .value(path)
        default: return .text(pieces)
        }
    }

    /// The parser of what is filled once for each element of a list.
    func inside(_ list: ValuePath) -> TemplateParser {
        var inner = self
        inner.lists.append(resolved(list.tokens))
        return inner
    }

    func path(_ json: JSONValue?, at pointer: JSONPointer) throws(TemplateError) -> ValuePath {
        guard var text = json?.stringValue.map({ $0[...] }) else {
            throw TemplateError(pointer: pointer, message: "a path is expected, like settings.dns.zones")
        }
        if text.hasPrefix("${"), text.hasSuffix("}") { text = text.dropFirst(2).dropLast() }
        return try path(text, at: pointer)
    }

    private func path(_ text: Substring, at pointer: JSONPointer) throws(TemplateError) -> ValuePath {
        let halves = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let tokens = (halves.first ?? "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let root = tokens.first, ValuePath.roots.contains(root), !tokens.contains("") else {
            let roots = ValuePath.roots.joined(separator: ", ")
            throw TemplateError(
                pointer: pointer,
                message: "a path with dots that begins with one of \(roots) is expected, found '\(text)'"
            )
        }
        if root == "item", lists.isEmpty {
            throw TemplateError(pointer: pointer, message: "'item' is known only inside '$do' of '$each'")
        }
        if !mayReadSecrets, isSecret(resolved(tokens)) {
            throw TemplateError(
                pointer: pointer,
                message: "'\(tokens.joined(separator: "."))' is a secret; only 'secretValues' may read it"
            )
        }
        return ValuePath(tokens: tokens, fallback: halves.count == 2 ? String(halves[1]) : nil)
    }

    /// The path with `item` replaced by an element of its list.
    private func resolved(_ tokens: [String]) -> [String] {
        guard tokens.first == "item", let list = lists.last else { return tokens }
        return list + ["0"] + tokens.dropFirst()
    }

    private func isSecret(_ tokens: [String]) -> Bool {
        switch tokens.first {
        case "app": SecretLeaves.isSecret(Array(tokens.dropFirst()), kind: .app, name: app)
        case "apps" where tokens.count > 1:
            SecretLeaves.isSecret(Array(tokens.dropFirst(2)), kind: .app, name: tokens[1])
        case "settings" where tokens.count > 1:
            SecretLeaves.isSecret(Array(tokens.dropFirst(2)), kind: .settings, name: tokens[1])
        case "policies" where tokens.count > 1:
            SecretLeaves.isSecret(Array(tokens.dropFirst(2)), kind: .policy, name: tokens[1])
        case "cluster": SecretLeaves.isSecret(Array(tokens.dropFirst()), kind: .cluster, name: "")
        case "derived": tokens.dropFirst().first == "caCert"
        default: false
        }
    }

    // MARK: - Directives

    private static let directives: [String: Set<String>] = [
        "$if": ["$then", "$else"], "$switch": ["cases", "default"], "$each": ["$do"], "$merge": [], "$json": [],
        "$base64": [],
    ]

    private func directive(_ members: [String: JSONValue], at pointer: JSONPointer) throws(TemplateError) -> Template {
        guard let name = members.keys.filter({ Self.directives[$0] != nil }).min(), let subject = members[name] else {
            let known = Self.directives.keys.sorted().joined(separator: ", ")
            throw TemplateError(pointer: pointer, message: "one of \(known) is expected beside names with '$'")
        }
        if let stranger = members.keys.filter({ $0 != name && Self.directives[name]?.contains($0) != true }).min() {
            throw TemplateError(pointer: pointer.appending(stranger), message: "does not belong to '\(name)'")
        }
        let place = pointer.appending(name)
        func part(_ key: String) throws(TemplateError) -> Template? {
            guard let json = members[key] else { return nil }
            return try template(json, at: pointer.appending(key))
        }
        switch name {
        case "$if":
            return .condition(try condition(subject, at: place), then: try part("$then"), otherwise: try part("$else"))
        case "$switch":
            var cases: [String: Template] = [:]
            for (key, json) in (members["cases"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
                cases[key] = try template(json, at: pointer.appending("cases").appending(key))
            }
            return .choice(try path(subject, at: place), cases: cases, otherwise: try part("default"))
        case "$each":
            let path = try path(subject, at: place)
            return .each(path, try inside(path).template(members["$do"] ?? .null, at: pointer.appending("$do")))
        case "$merge":
            var parts: [Template] = []
            for (index, json) in try list(subject, at: place).enumerated() {
                parts.append(try template(json, at: place.appending(index)))
            }
            return .merge(parts)
        case "$json": return .json(try template(subject, at: place))
        default: return .base64(try template(subject, at: place))
        }
    }

    private func condition(_ json: JSONValue, at pointer: JSONPointer) throws(TemplateError) -> Template.Condition {
        guard let members = json.objectValue else { return .holds(try path(json, at: pointer)) }
        guard members.count == 1, let (name, subject) = members.first else {
            throw TemplateError(pointer: pointer, message: "a path or one of $all, $any, $equals, $not is expected")
        }
        let place = pointer.appending(name)
        switch name {
        case "$not": return .not(try condition(subject, at: place))
        case "$any": return .any(try conditions(subject, at: place))
        case "$all": return .all(try conditions(subject, at: place))
        case "$equals":
            let pair = try list(subject, at: place)
            guard pair.count == 2 else {
                throw TemplateError(pointer: place, message: "a path and a value are expected")
            }
            return .equals(try path(pair[0], at: place.appending(0)), pair[1])
        default: throw TemplateError(pointer: place, message: "one of $all, $any, $equals, $not is expected")
        }
    }

    private func conditions(_ json: JSONValue, at pointer: JSONPointer) throws(TemplateError) -> [Template.Condition] {
        var result: [Template.Condition] = []
        for (index, element) in try list(json, at: pointer).enumerated() {
            result.append(try condition(element, at: pointer.appending(index)))
        }
        return result
    }

    private func list(_ json: JSONValue, at pointer: JSONPointer) throws(TemplateError) -> [JSONValue] {
        guard let elements = json.arrayValue else {
            throw TemplateError(pointer: pointer, message: "a list is expected, found \(json.typeName)")
        }
        return elements
    }
}
