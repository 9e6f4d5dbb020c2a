import JSON

/// A part of a document's spec that the compiler reads; it never writes one back.
protocol Spec: Sendable {
    /// Reads the effective spec, in which defaults may or may not have been filled in.
    ///
    /// - Throws: `JSONError` with the pointer of the member that has another type than the schema says.
    init(json: JSONValue) throws(JSONError)
}

extension JSONValue {
    /// The member `key` as a spec; `nil` when it is absent or null.
    func spec<Member: Spec>(_ key: String, as type: Member.Type = Member.self) throws(JSONError) -> Member? {
        guard let member = try optional(key, as: JSONValue.self) else { return nil }
        do throws(JSONError) { return try Member(json: member) } catch { throw error.inside(key) }
    }

    /// The member `key` as a list of specs; empty when it is absent or null.
    func specs<Member: Spec>(_ key: String, as type: Member.Type = Member.self) throws(JSONError) -> [Member] {
        let elements = try optional(key, as: [JSONValue].self) ?? []
        var result: [Member] = []
        for (index, element) in elements.enumerated() {
            do throws(JSONError) { result.append(try Member(json: element)) } catch {
                throw error.inside(String(index)).inside(key)
            }
        }
        return result
    }

    /// The member `key` as specs by name; empty when it is absent or null.
    func specMap<Member: Spec>(_ key: String, as type: Member.Type = Member.self) throws(JSONError) -> [String: Member]
    {
        guard let member = try optional(key, as: JSONValue.self) else { return [:] }
        guard let members = member.objectValue else { throw .expected("an object", member).inside(key) }
        var result: [String: Member] = [:]
        for (name, value) in members where !value.isNull {
            do throws(JSONError) { result[name] = try Member(json: value) } catch {
                throw error.inside(name).inside(key)
            }
        }
        return result
    }

    /// The member `key` as a list of texts; empty when it is absent or null.
    func texts(_ key: String) throws(JSONError) -> [String] {
        try optional(key, as: [String].self) ?? []
    }

    /// The member `key` as a map of texts; empty when it is absent or null.
    ///
    /// A number or a boolean becomes its text, because `PORT: 8080` is what people write in YAML.
    func textMap(_ key: String) throws(JSONError) -> [String: String] {
        guard let member = try optional(key, as: JSONValue.self) else { return [:] }
        guard let members = member.objectValue else { throw .expected("an object", member).inside(key) }
        var result: [String: String] = [:]
        for (name, value) in members where !value.isNull {
            guard let text = value.scalarText else { throw .expected("a string", value).inside(name).inside(key) }
            result[name] = text
        }
        return result
    }

    /// The text of a scalar.
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .bool, .integer, .number: compactText
        case .null, .array, .object: nil
        }
    }
}
