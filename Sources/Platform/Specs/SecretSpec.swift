import JSON

/// What a secret's document says: where its values are, never what they are.
enum SecretSpec: Spec {
    /// Any entries; they become environment variables or files.
    case generic(entries: [String])
    /// A credential for pulling images.
    case registry
    /// A certificate with its key; the names are those of the entries in the store.
    case tls(certificate: String, key: String, authority: String?)

    init(json: JSONValue) throws(JSONError) {
        switch try json.optional("type", as: String.self) ?? "generic" {
        case "generic": self = .generic(entries: try json.texts("entries"))
        case "docker-registry": self = .registry
        case "tls":
            self = .tls(
                certificate: try json.optional("crt") ?? "tls.crt",
                key: try json.optional("key") ?? "tls.key",
                authority: try json.optional("ca")
            )
        default: throw JSONError("\"generic\", \"docker-registry\" or \"tls\" is expected", at: JSONPointer(["type"]))
        }
    }

    /// The entries that become environment variables.
    var entries: [String] {
        if case .generic(let entries) = self { entries } else { [] }
    }
}
