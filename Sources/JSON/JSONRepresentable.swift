/// A type with one JSON form: what the wire messages and stored records conform to.
///
/// Codable is not used for them, because decoding a free-form document through it costs 25 times as much.
package protocol JSONRepresentable {
    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or of another type.
    init(json: JSONValue) throws(JSONError)

    var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
    package init(json: JSONValue) { self = json }
    package var json: JSONValue { self }
}

extension String: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        guard let value = json.stringValue else { throw .expected("a string", json) }
        self = value
    }

    package var json: JSONValue { .string(self) }
}

extension Bool: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        guard let value = json.boolValue else { throw .expected("a boolean", json) }
        self = value
    }

    package var json: JSONValue { .bool(self) }
}

extension Int64: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        guard let value = json.integerValue else { throw .expected("an integer", json) }
        self = value
    }

    package var json: JSONValue { .integer(self) }
}

extension Int: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        guard let value = json.integerValue.flatMap({ Int(exactly: $0) }) else { throw .expected("an integer", json) }
        self = value
    }

    package var json: JSONValue { .integer(Int64(self)) }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        guard let elements = json.arrayValue else { throw .expected("an array", json) }
        var result: [Element] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(JSONError) { result.append(try Element(json: element)) } catch {
                throw error.inside(String(index))
            }
        }
        self = result
    }

    package var json: JSONValue { .array(map { $0.json }) }
}

extension Dictionary: JSONRepresentable where Key == String, Value: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        guard let members = json.objectValue else { throw .expected("an object", json) }
        var result: [String: Value] = [:]
        for (key, member) in members {
            do throws(JSONError) { result[key] = try Value(json: member) } catch { throw error.inside(key) }
        }
        self = result
    }

    package var json: JSONValue { .object(mapValues { $0.json }) }
}

// MARK: - Members of an object

extension JSONValue {
    /// The member `key`, which must be there.
    package func required<Member: JSONRepresentable>(
        _ key: String,
        as type: Member.Type = Member.self
    ) throws(JSONError) -> Member {
        guard let member = try optional(key, as: type) else {
            throw JSONError("is required", at: JSONPointer([key]))
        }
        return member
    }

    /// The member `key`; `nil` when it is absent or null.
    package func optional<Member: JSONRepresentable>(
        _ key: String,
        as type: Member.Type = Member.self
    ) throws(JSONError) -> Member? {
        guard case .object(let members) = self else { throw .expected("an object", self) }
        guard let member = members[key], !member.isNull else { return nil }
        do throws(JSONError) { return try Member(json: member) } catch { throw error.inside(key) }
    }

    /// An object of the members that are not `nil`.
    package static func members(_ members: KeyValuePairs<String, (any JSONRepresentable)?>) -> JSONValue {
        var result: [String: JSONValue] = [:]
        for (key, member) in members {
            if let member { result[key] = member.json }
        }
        return .object(result)
    }
}

extension JSONError {
    /// A value of another type than expected.
    package static func expected(_ what: String, _ found: JSONValue) -> JSONError {
        JSONError("\(what) is expected, found \(found.typeName)", at: .root)
    }

    /// The same fault, seen from one level further out.
    package func inside(_ token: String) -> JSONError {
        JSONError(message, at: JSONPointer([token] + (pointer?.tokens ?? [])))
    }
}
