import Postgres

/// A column of sealed texts outside the documents; whoever adds one names it here, so that its texts change keys too.
struct SealedColumn: Sendable {
    let table: String
    /// The column that tells the table's rows apart.
    let key: String
    /// Whether the key is bytes; it is then named in hexadecimal digits.
    var hasBinaryKey = false
    let column: String
    /// Further columns that the context needs.
    let parts: [String]
    /// What a row's text is bound to; by the key and the parts.
    let context: @Sendable (_ key: String, _ parts: [String]) -> String

    static let all = [
        SealedColumn(table: "signing_keys", key: "key_id", column: "sealed", parts: ["role"]) { key, parts in
            "signing key \(parts[0]) \(key)"
        },
        SealedColumn(table: "sign_on_attempts", key: "state_hash", hasBinaryKey: true, column: "sealed", parts: []) {
            key,
            _ in attempt(key)
        },
        SealedColumn(table: "sign_on_tokens", key: "session_hash", hasBinaryKey: true, column: "sealed", parts: []) {
            key,
            _ in idToken(key)
        },
        SealedColumn(table: "git_mirrors", key: "name", column: "sealed_credential", parts: []) { key, _ in
            HubStore.gitCredentialContext(key)
        },
        SealedColumn(table: "webhooks", key: "name", column: "sealed", parts: []) { key, _ in
            HubStore.webhookContext(key)
        },
    ]

    /// What the secrets of a sign-in that is under way are bound to; by the hash of its state in hexadecimal digits.
    static func attempt(_ stateHash: String) -> String { "sign-on \(stateHash)" }

    /// What the ID token of a session is bound to; by the hash of the session's secret in hexadecimal digits.
    static func idToken(_ sessionHash: String) -> String { "ID token \(sessionHash)" }

    /// The key as text.
    var keyText: SQL { hasBinaryKey ? "encode(\(identifier: key), 'hex')" : "\(identifier: key)" }

    /// A condition that holds for the row of that key.
    func isRow(_ text: String) -> SQL {
        hasBinaryKey ? "\(identifier: key) = decode(\(text), 'hex')" : "\(identifier: key) = \(text)"
    }

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
