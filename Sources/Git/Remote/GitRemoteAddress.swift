/// Where a repository of others is: an address that no program takes for anything else.
package struct GitRemoteAddress: Hashable, Sendable, CustomStringConvertible {
    /// How it is reached.
    package enum Scheme: String, CaseIterable, Sendable {
        case https
        case ssh
        /// A folder of this machine.
        case file
    }

    package let scheme: Scheme
    /// The whole address, without a password.
    package let text: String
    /// Host and port, or nothing for a folder.
    package let authority: String

    /// Reads `https://host/path`, `ssh://user@host/path` and `file:///path`.
    ///
    /// - Throws: `GitError.Code.invalid` that says what is expected: for another form, a credential in the address, or
    ///   anything that a program or a terminal could misunderstand.
    package init(_ text: String) throws(GitError) {
        guard let scheme = Scheme.allCases.first(where: { text.hasPrefix("\($0.rawValue)://") }) else {
            throw GitError(
                .invalid,
                "the address of a Git repository is https://HOST/PATH or ssh://USER@HOST/PATH; http, git and the short "
                    + "form of scp are not taken"
            )
        }
        let allowed = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && !"\"'\\`<>^{}|".utf8.contains(byte) }
        guard text.utf8.count <= 2_000, text.utf8.allSatisfy(allowed) else {
            throw Self.invalid("it has a character that belongs in no address, or more than 2,000 of them")
        }
        let rest = text.dropFirst(scheme.rawValue.count + 3)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard path.count > 1, !path.contains("?"), !path.contains("#") else {
            throw Self.invalid("a path to the repository is expected after the host, without '?' and '#'")
        }
        let user = authority.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let host = user.count == 2 ? user[1] : authority
        guard !host.hasPrefix("-"), !host.contains("@"), !authority.hasPrefix("-") else {
            throw Self.invalid("'\(host)' is no host")
        }
        switch scheme {
        case .file:
            guard authority.isEmpty else { throw Self.invalid("a folder has no host: file:///PATH") }
        case .https:
            guard !host.isEmpty else { throw Self.invalid("it has no host") }
            guard user.count == 1 else {
                throw Self.invalid(
                    "a user or password does not belong in it: give them as --username and --password-file"
                )
            }
        case .ssh:
            guard !host.isEmpty else { throw Self.invalid("it has no host") }
            guard user.count == 1 || !user[0].isEmpty && !user[0].contains(":") else {
                throw Self.invalid("a password does not belong in it: SSH goes by keys here")
            }
        }
        self.scheme = scheme
        self.text = text
        self.authority = String(host)
    }

    package var description: String { text }

    private static func invalid(_ reason: String) -> GitError {
        GitError(.invalid, "the address of the Git repository is refused: \(reason)")
    }
}
