import HubAPI

/// One way to be let in by a hub.
///
/// `LoginCommand.method` chooses; a hub with an identity provider adds its own way there.
protocol LoginMethod: Sendable {
    /// Goes this way, asking the person what is needed.
    ///
    /// - Parameters:
    ///   - connect: a client of the hub with that secret, or with none.
    ///   - session: the terminal.
    /// - Returns: what to keep, and who it stands for.
    /// - Throws: `CommandFailure` or `HubClientError` when nobody is let in.
    func signIn(
        _ connect: @Sendable (_ token: String?) throws -> HubClient,
        in session: Session
    ) async throws -> LetIn
}

/// What somebody was let in with.
struct LetIn: Sendable {
    let secret: String
    /// What the session is renewed with; `nil` where it cannot be.
    var refreshToken: String?
    let entry: SessionEntry
}

/// A name and a password.
struct PasswordLogin: LoginMethod {
    /// `nil` to ask for it.
    let name: String?

    func signIn(
        _ connect: @Sendable (_ token: String?) throws -> HubClient,
        in session: Session
    ) async throws -> LetIn {
        let name = try name ?? session.ask("Name:", instead: "--user NAME")
        let password = try session.askSecret("Password of \(name):", instead: "--token TOKEN")
        let entry = try await connect(nil).signIn(
            SignInRequest(name: name, password: password, isForCommandLine: true)
        )
        guard let secret = entry.token else {
            throw CommandFailure(.failure, "the hub let \(name) in without a session")
        }
        return LetIn(secret: secret, entry: entry)
    }
}

/// The one-time code that an administrator gave: a password is set with it, then used.
struct CodeLogin: LoginMethod {
    let code: String

    func signIn(
        _ connect: @Sendable (_ token: String?) throws -> HubClient,
        in session: Session
    ) async throws -> LetIn {
        let password = try session.askNewPassword()
        let person = try await connect(nil).setPassword(PasswordChange(.code(code), password: password))
        session.terminal.note("The password of \(person.name) is set.")
        let entry = try await connect(nil).signIn(
            SignInRequest(name: person.name, password: password, isForCommandLine: true)
        )
        guard let secret = entry.token else {
            throw CommandFailure(.failure, "the hub let \(person.name) in without a session")
        }
        return LetIn(secret: secret, entry: entry)
    }
}

/// A token that exists already.
struct TokenLogin: LoginMethod {
    let token: String

    func signIn(
        _ connect: @Sendable (_ token: String?) throws -> HubClient,
        in session: Session
    ) async throws -> LetIn {
        LetIn(secret: token, entry: try await connect(token).session())
    }
}
