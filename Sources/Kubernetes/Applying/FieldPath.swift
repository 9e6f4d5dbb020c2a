package import JSON

/// The way to one field of an object, as an API server writes it: `.spec.template.spec.containers[name="app"].image`.
///
/// The server does not quote the names of members, so that `.metadata.labels.app.kubernetes.io/name` has a meaning only
/// beside the object it speaks of.
package struct FieldPath: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        case member(String)
        /// The element of a list whose members have these values.
        case keyed([String: JSONValue])
        /// The element of a set with this value.
        case value(JSONValue)
        case index(Int)

        /// Where in `elements` the step leads.
        func position(in elements: [JSONValue]) -> Int? {
            switch self {
            case .member: nil
            case .keyed(let keys):
                elements.firstIndex { element in keys.allSatisfy { element[$0.key] == $0.value } }
            case .value(let value): elements.firstIndex(of: value)
            case .index(let index): elements.indices.contains(index) ? index : nil
            }
        }
    }

    package let steps: [Step]

    /// Resolves `text` in `object`; `nil` when the object has no such field.
    package init?(_ text: String, in object: JSONValue) {
        guard !text.isEmpty, let steps = Self.resolve(text[...], in: object) else { return nil }
        self.steps = steps
    }

    // MARK: - Using

    /// `object` without the fields that `paths` name; what it does not have is not missed.
    ///
    /// A map that is empty afterwards goes too: an apply of it would claim the whole of it.
    package static func removing(_ paths: some Sequence<String>, from object: JSONValue) -> JSONValue {
        var result = object
        for text in paths {
            if let path = FieldPath(text, in: result) { remove(path.steps[...], from: &result) }
        }
        return result
    }

    /// Nothing of `object` but the fields at `paths`, and the keys of the list elements on the way.
    package static func extracting(_ paths: [FieldPath], from object: JSONValue) -> JSONValue {
        extract(paths.map { $0.steps[...] }, from: object)
    }

    private static func remove(_ steps: ArraySlice<Step>, from value: inout JSONValue) {
        guard let step = steps.first else { return }
        let rest = steps.dropFirst()
        if case .member(let name) = step {
            guard var inner = value[name] else { return }
            if rest.isEmpty {
                value[name] = nil
            } else {
                remove(rest, from: &inner)
                value[name] = inner == [:] ? nil : inner
            }
            return
        }
        guard var elements = value.arrayValue, let index = step.position(in: elements) else { return }
        if rest.isEmpty { elements.remove(at: index) } else { remove(rest, from: &elements[index]) }
        value = .array(elements)
    }

    private static func extract(_ paths: [ArraySlice<Step>], from value: JSONValue) -> JSONValue {
        if paths.contains(where: \.isEmpty) { return value }
        var members: JSONValue = [:]
        var elements: [JSONValue] = []
        for (step, group) in Dictionary(grouping: paths, by: { $0.first }) {
            let rest = group.map { $0.dropFirst() }
            switch step {
            case .member(let name):
                if let inner = value[name] { members[name] = extract(rest, from: inner) }
            case .keyed, .value, .index:
                guard let list = value.arrayValue, let step, let index = step.position(in: list) else { continue }
                var element = extract(rest, from: list[index])
                if case .keyed(let keys) = step, element.objectValue != nil {
                    for (name, key) in keys { element[name] = key }
                }
                elements.append(element)
            case nil: continue
            }
        }
        return elements.isEmpty ? members : .array(elements)
    }

    // MARK: - Reading

    private static func resolve(_ text: Substring, in value: JSONValue) -> [Step]? {
        guard let first = text.first else { return [] }
        switch first {
        case ".": return resolveMember(text.dropFirst(), in: value)
        case "[":
            guard let elements = value.arrayValue, let (step, rest) = element(text.dropFirst()),
                let index = step.position(in: elements)
            else { return nil }
            return resolve(rest, in: elements[index]).map { [step] + $0 }
        default: return nil
        }
    }

    /// Tries the members that `text` may mean, the longest name first.
    private static func resolveMember(_ text: Substring, in value: JSONValue) -> [Step]? {
        let candidates = (value.objectValue ?? [:]).filter { text.hasPrefix($0.key) }
        for (name, inner) in candidates.sorted(by: { $0.key.utf8.count > $1.key.utf8.count }) {
            if let steps = resolve(text.dropFirst(name.count), in: inner) { return [.member(name)] + steps }
        }
        return nil
    }

    /// Reads what follows `[`: `name="app",protocol="TCP"]`, `="value"]` or `3]`.
    private static func element(_ text: Substring) -> (Step, Substring)? {
        guard let end = closing(text) else { return nil }
        let inner = text[..<end]
        let rest = text[text.index(after: end)...]
        if let index = Int(inner) { return (.index(index), rest) }
        var keys: [String: JSONValue] = [:]
        for part in parts(inner) {
            guard let equals = part.firstIndex(of: "="),
                let value = try? JSONValue(parsing: part[part.index(after: equals)...].utf8)
            else { return nil }
            keys[String(part[..<equals])] = value
        }
        if keys.count == 1, let value = keys[""] { return (.value(value), rest) }
        return keys.isEmpty ? nil : (.keyed(keys), rest)
    }

    /// Where the bracket closes that is no part of a quoted text.
    private static func closing(_ text: Substring) -> Substring.Index? {
        unquoted("]", in: text).first
    }

    private static func parts(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        for comma in unquoted(",", in: text) {
            parts.append(text[start..<comma])
            start = text.index(after: comma)
        }
        return parts + [text[start...]]
    }

    private static func unquoted(_ wanted: Character, in text: Substring) -> [Substring.Index] {
        var found: [Substring.Index] = []
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == wanted {
                found.append(index)
            }
        }
        return found
    }
}
