import Git
package import HubStore
import JSON
package import Values

/// What an operator may set up as a mirror.
package enum GitMirrorRules {
    /// The longest key, list of hosts or authorities, in bytes.
    private static let longestText = 256 << 10

    /// Everything that is wrong with settings, by the members of the request.
    ///
    /// - Parameters:
    ///   - settings: where to mirror to.
    ///   - secret: the password or key that is given; `nil` keeps the one that is stored.
    ///   - allowsFolders: whether a folder of the hub's own machine will do.
    /// - Returns: nothing when they are right.
    package static func faults(
        _ settings: GitMirrorSettings,
        secret: GitMirrorSecret?,
        allowsFolders: Bool
    ) -> [Fault] {
        var faults: [Fault] = []
        func add(_ member: String, _ message: String, _ hint: String? = nil) {
            faults.append(Fault(pointer: JSONPointer([member]), message: message, hint: hint))
        }
        if !GitBranchName.isValid(settings.branch) { add("branch", "'\(settings.branch.prefix(50))' is no branch") }
        let pattern = settings.emailPattern
        if pattern.utf8.count > 200 || !pattern.contains("{name}") || !pattern.contains("@")
            || pattern.unicodeScalars.contains(where: { $0.value <= 0x20 || $0 == "<" || $0 == ">" })
        {
            add("emailPattern", "an address with {name} in it is expected", "for example {name}@example.com")
        }
        for (member, text) in [("knownHosts", settings.knownHosts), ("certificateAuthorities", settings.authorities)]
        where text.utf8.count > longestText || text.contains("\0") {
            add(member, "it is longer than \(longestText >> 10) KiB, or no text")
        }
        let address: GitRemoteAddress
        do { address = try GitRemoteAddress(settings.url) } catch {
            add("url", error.message)
            return faults
        }
        switch (address.scheme, secret) {
        case (.file, _) where !allowsFolders:
            add(
                "url",
                "a folder of the hub's own machine is not taken",
                "use https://HOST/PATH or ssh://USER@HOST/PATH"
            )
        case (.file, .password), (.file, .key): add("url", "a folder needs no password and no key")
        case (.https, .key): add("key", "HTTPS goes by a username and a password", "or use ssh://USER@HOST/PATH")
        case (.https, .password(let password)):
            if settings.username.isEmpty || settings.username.contains(":") {
                add(
                    "username",
                    "a username is expected with the password, without ':'",
                    "for a token, what the server says"
                )
            }
            if password.isEmpty || password.utf8.count > 4_096 || password.contains(where: \.isNewline) {
                add("password", "one line of at most 4,096 bytes is expected")
            }
        case (.ssh, .password):
            add("password", "SSH goes by a key here", "give a private key, or use https://HOST/PATH")
        case (.ssh, .key(let key)):
            if !key.hasPrefix("-----BEGIN") || key.utf8.count > longestText {
                add("key", "a private key in OpenSSH's format is expected", "ssh-keygen -t ed25519 -N '' -f FILE")
            }
        default: break
        }
        if address.scheme == .ssh, settings.knownHosts.allSatisfy(\.isWhitespace) {
            add("knownHosts", "the server's host keys are expected", "ssh-keyscan HOST prints them; compare them first")
        }
        return faults
    }
}
