package import JSON

/// Takes fields out of an object's body, so that an apply of it leaves them to whoever has them.
package enum FieldRemoval {
    /// `body` without `fields`, given as the API server's messages name them: `.data.value`,
    /// `.spec.template.spec.containers[name="web"].image`.
    ///
    /// What is empty afterwards is left out too, since an empty map would claim the whole of it.
    package static func removing(_ fields: Set<String>, from body: JSONValue) -> JSONValue {
        fields.reduce(body) { removing($1[...], from: $0) ?? [:] }
    }

    /// What is left of `value`; `nil` when nothing is.
    ///
    /// Names may hold dots, so that a path can only be read along the object.
    private static func removing(_ path: Substring, from value: JSONValue) -> JSONValue? {
        guard !path.isEmpty else { return nil }
        switch value {
        case .object(var members):
            guard path.first == "." else { return value }
            let rest = path.dropFirst()
            let name = members.keys.filter { key in
                rest.hasPrefix(key) && ["", ".", "["].contains(rest.dropFirst(key.count).prefix(1))
            }.max { $0.utf8.count < $1.utf8.count }
            guard let name, let child = members[name] else { return value }
            members[name] = removing(rest.dropFirst(name.count), from: child)
            return members.isEmpty ? nil : .object(members)
        case .array(let elements):
            guard let (selector, rest) = selector(path) else { return value }
            let left = elements.compactMap { selector.matches($0) ? removing(rest, from: $0) : $0 }
            return left.isEmpty ? nil : .array(left)
        case .null, .bool, .integer, .number, .string: return value
        }
    }

    /// Which elements of a list are meant.
    private struct Selector {
        /// The values by their keys; the empty key is the element itself.
        let values: [(key: Substring, value: JSONValue)]

        func matches(_ element: JSONValue) -> Bool {
            values.allSatisfy { key, value in
                guard !key.isEmpty else { return element == value }
                return element[String(key)] == nil || element[String(key)] == value
            }
        }
    }

    /// Reads `[name="web",port=80]` or `[="value"]` at the beginning of `path`; a quoted text may hold anything.
    private static func selector(_ path: Substring) -> (Selector, Substring)? {
        guard path.first == "[" else { return nil }
        var values: [(key: Substring, value: JSONValue)] = []
        var rest = path.dropFirst()
        while let equal = rest.firstIndex(of: "=") {
            let key = rest[..<equal]
            rest = rest[rest.index(after: equal)...]
            guard let end = endOfValue(rest), let value = try? JSONValue(parsing: String(rest[..<end])) else {
                return nil
            }
            values.append((key, value))
            let isLast = rest[end] == "]"
            rest = rest[rest.index(after: end)...]
            if isLast { return (Selector(values: values), rest) }
        }
        return nil
    }

    /// The comma or bracket behind a JSON value.
    private static func endOfValue(_ text: Substring) -> Substring.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case ",", "]":
                if !isQuoted { return index }
            default: continue
            }
        }
        return nil
    }
}
