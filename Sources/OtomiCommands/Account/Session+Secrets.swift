extension Session {
    /// Asks a person for a secret, without showing what is typed.
    ///
    /// - Throws: `CommandFailure` when nobody can be asked, or nothing is typed.
    func askSecret(_ question: String, instead: String) throws -> String {
        guard terminal.isInputInteractive, terminal.isErrorInteractive else {
            throw CommandFailure(.usage, "\(question) nobody can be asked here; give \(instead)")
        }
        terminal.writeError("\(question) ")
        let secret = terminal.readSecret() ?? ""
        terminal.writeError("\n")
        guard !secret.isEmpty else { throw CommandFailure(.usage, "nothing was typed; nothing was done") }
        return secret
    }

    /// Asks for a new password, twice.
    ///
    /// - Throws: `CommandFailure` when the two differ.
    func askNewPassword() throws -> String {
        let password = try askSecret("New password, 12 characters or more:", instead: "a terminal")
        guard try askSecret("Once more:", instead: "a terminal") == password else {
            throw CommandFailure(.usage, "the two are not the same; nothing was done")
        }
        return password
    }
}
