import JSON

extension Template {
    /// The template with `values` filled in; `nil` when nothing is left of it.
    ///
    /// - Throws: `TemplateError` at the place where a value has a type that cannot stand there.
    func filled(with values: TemplateValues, at pointer: JSONPointer = .root) throws(TemplateError) -> JSONValue? {
        switch self {
        case .literal(let value): return value
        case .value(let path): return values[path]
        case .text(let pieces): return try Self.text(pieces, values, at: pointer)
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, member) in members { result[key] = try member.filled(with: values, at: pointer.appending(key)) }
            return .object(result)
        case .array(let elements):
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                if let value = try element.filled(with: values, at: pointer.appending(index)) { result.append(value) }
            }
            return .array(result)
        case .condition(let condition, let then, let otherwise):
            let holds = condition.holds(for: values)
            let branch = holds ? then : otherwise
            return try branch?.filled(with: values, at: pointer.appending(holds ? "$then" : "$else"))
        case .choice(let path, let cases, let otherwise):
            let key = values[path]?.scalarText
            if let key, let chosen = cases[key] {
                return try chosen.filled(with: values, at: pointer.appending("cases").appending(key))
            }
            return try otherwise?.filled(with: values, at: pointer.appending("default"))
        case .each(let path, let body): return try Self.each(path, body, values, at: pointer)
        case .merge(let parts): return try Self.merge(parts, values, at: pointer.appending("$merge"))
        case .json(let part):
            return try part.filled(with: values, at: pointer.appending("$json")).map { .string($0.compactText) }
        case .base64(let part):
            let value = try part.filled(with: values, at: pointer.appending("$base64"))
            return value.map { .string(Base64.encode(($0.stringValue ?? $0.compactText).utf8)) }
        }
    }

    private static func text(
        _ pieces: [Piece],
        _ values: TemplateValues,
        at pointer: JSONPointer
    ) throws(TemplateError) -> JSONValue? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .plain(let plain): text += plain
            case .value(let path):
                guard let value = values[path] else { return nil }
                guard let scalar = value.scalarText else {
                    let place = path.tokens.joined(separator: ".")
                    throw TemplateError(pointer: pointer, message: "'\(place)' is \(value.typeName), not a text")
                }
                text += scalar
            }
        }
        return .string(text)
    }

    private static func each(
        _ path: ValuePath,
        _ body: Template,
        _ values: TemplateValues,
        at pointer: JSONPointer
    ) throws(TemplateError) -> JSONValue? {
        guard let list = values[path] else { return nil }
        guard let elements = list.arrayValue else {
            let place = path.tokens.joined(separator: ".")
            throw TemplateError(
                pointer: pointer.appending("$each"),
                message: "'\(place)' is \(list.typeName), not a list"
            )
        }
        var result: [JSONValue] = []
        for element in elements {
            let value = try body.filled(with: values.with(item: element), at: pointer.appending("$do"))
            if let value { result.append(value) }
        }
        return .array(result)
    }

    private static func merge(
        _ parts: [Template],
        _ values: TemplateValues,
        at pointer: JSONPointer
    ) throws(TemplateError) -> JSONValue? {
        var result: JSONValue = [:]
        for (index, part) in parts.enumerated() {
            guard let value = try part.filled(with: values, at: pointer.appending(index)) else { continue }
            guard value.objectValue != nil else {
                throw TemplateError(
                    pointer: pointer.appending(index),
                    message: "an object is expected, found \(value.typeName)"
                )
            }
            result = result.merging(value)
        }
        return result
    }
}

extension Template.Condition {
    func holds(for values: TemplateValues) -> Bool {
        switch self {
        case .holds(let path): values[path]?.isSomething ?? false
        case .equals(let path, let value): values[path] == value
        case .not(let condition): !condition.holds(for: values)
        case .any(let conditions): conditions.contains { $0.holds(for: values) }
        case .all(let conditions): conditions.allSatisfy { $0.holds(for: values) }
        }
    }
}

extension JSONValue {
    /// Whether a condition takes the value for a yes: anything but null, false and what is empty.
    var isSomething: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .integer, .number: true
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        }
    }
}
