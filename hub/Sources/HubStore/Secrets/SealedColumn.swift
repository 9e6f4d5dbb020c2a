import Postgres

/// A column of sealed texts outside the documents; whoever adds one names it here, so that its texts change keys too.
struct SealedColumn: Sendable {
    let table: String
    /// The column that tells the table's rows apart.
    let key: String
    let column: String
    /// Further columns that the context needs.
    let parts: [String]
    /// What a row's text is bound to; by the key and the parts.
    let context: @Sendable (_ key: String, _ parts: [String]) -> String

    static let all = [
        SealedColumn(table: "signing_keys", key: "key_id", column: "sealed", parts: ["role"]) { key, parts in
            "signing key \(parts[0]) \(key)"
        }
    ]

    /// A regular expression for texts under one of these keys.
    static func pattern(of numbers: [Int64]) -> String { "^\(prefix(of: numbers))" }

    /// The same for a spec's text, in which a quote inside a value always has a backslash before it.
    static func specPattern(of numbers: [Int64]) -> String { "\\{\"\\$sealed\": \"\(prefix(of: numbers))" }

    private static func prefix(of numbers: [Int64]) -> String {
        var forms = numbers.map { "v2\\.\($0)\\." }
        if numbers.contains(1) { forms.append("v1\\.") }
        return "(\(forms.joined(separator: "|")))"
    }
}
