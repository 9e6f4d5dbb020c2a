/// A statement: literal text, and values that are bound and never become text.
///
///     let rows = try connection.query("SELECT name FROM clusters WHERE id = \(id)")
///
/// The only way to put a string into the text itself is `\(unsafe:)`, and `\(identifier:)`, which quotes.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text with `$1`, `$2`, … where values were interpolated.
    package private(set) var text: String
    package private(set) var bindings: [PostgresValue]

    package init(stringLiteral value: String) {
        text = value
        bindings = []
    }

    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        bindings = stringInterpolation.bindings
    }

    /// Takes text as it is; it must not hold anything that came from outside.
    package init(unsafe text: String, bindings: [PostgresValue] = []) {
        self.text = text
        self.bindings = bindings
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var bindings: [PostgresValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
            bindings.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            bindings.append(value.postgresValue)
            text += "$\(bindings.count)"
        }

        /// Binds a value, or NULL.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            bindings.append(value.postgresValue)
            text += "$\(bindings.count)"
        }

        /// Quotes an identifier.
        package mutating func appendInterpolation(identifier: String) {
            text += SQL.quoted(identifier: identifier)
        }

        /// Inserts text as it is.
        package mutating func appendInterpolation(unsafe fragment: String) {
            text += fragment
        }

        /// Inserts another statement's text, its values bound.
        package mutating func appendInterpolation(_ fragment: SQL) {
            let shift = bindings.count
            bindings += fragment.bindings
            text += shift == 0 ? fragment.text : fragment.renumbered(by: shift)
        }
    }

    static func quoted(identifier: String) -> String {
        var quoted = "\""
        for character in identifier {
            if character == "\"" { quoted.append("\"") }
            quoted.append(character)
        }
        return quoted + "\""
    }

    /// The text with every placeholder moved up; dollars only occur as placeholders in composed fragments.
    private func renumbered(by shift: Int) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let digits = rest.prefix { $0.isWholeNumber }
            rest = rest[digits.endIndex...]
            result += Int(digits).map { "$\($0 + shift)" } ?? "$"
        }
        return result + rest
    }
}
