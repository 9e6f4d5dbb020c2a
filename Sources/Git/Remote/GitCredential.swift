/// What the hub shows to a remote repository.
package enum GitCredential: Hashable, Sendable {
    case none
    /// Over HTTPS.
    case password(username: String, password: String)
    /// Over SSH: a private key in OpenSSH's format, without a passphrase.
    case key(String)
}

extension GitCredential: CustomStringConvertible, CustomReflectable {
    /// Without the secret, wherever it is printed.
    package var description: String {
        switch self {
        case .none: "none"
        case .password(let username, _): "the password of \(username)"
        case .key: "a private key"
        }
    }

    package var customMirror: Mirror { Mirror(reflecting: description) }
}
