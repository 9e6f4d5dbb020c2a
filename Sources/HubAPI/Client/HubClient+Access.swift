import HTTPTransport
import JSON

extension HubClient {
    // MARK: - Oneself

    /// Lets somebody in; the answer holds the session's secret.
    ///
    /// - Throws: `HubClientError`; `unauthenticated` when the name or the password is wrong.
    package func signIn(_ request: SignInRequest) async throws(HubClientError) -> SessionEntry {
        try await post(Route.session.path(), request.json, action: "signing in")
    }

    /// Who one is to the hub.
    ///
    /// - Throws: `HubClientError`.
    package func session() async throws(HubClientError) -> SessionEntry {
        try await get(Route.session.path(), action: "asking who is signed in")
    }

    /// Ends the session that this client shows, or all of the person's.
    ///
    /// - Throws: `HubClientError`.
    package func signOut(everywhere: Bool = false) async throws(HubClientError) {
        let path = Route.session.path(query: [("all", everywhere ? "true" : nil)])
        _ = try await send(.delete, path, action: "signing out")
    }

    /// Sets one's own password.
    ///
    /// - Returns: the name of whoever has it now.
    /// - Throws: `HubClientError`; `unauthenticated` when the proof does not count, `invalid` when the password is bad.
    package func setPassword(_ change: PasswordChange) async throws(HubClientError) -> PersonEntry {
        try await post(Route.password.path(), change.json, action: "setting the password")
    }

    // MARK: - Tokens

    /// The tokens that one may see: one's own, or everybody's.
    ///
    /// - Throws: `HubClientError`.
    package func tokens(everybodys: Bool = false) async throws(HubClientError) -> [TokenEntry] {
        let path = Route.tokens.path(query: [("all", everybodys ? "true" : nil)])
        let page: Page<TokenEntry> = try await get(path, action: "listing the tokens")
        return page.items
    }

    /// Makes a token.
    ///
    /// - Throws: `HubClientError`; `forbidden` when it would allow more than its maker may do.
    package func createToken(_ request: NewTokenRequest) async throws(HubClientError) -> NewToken {
        try await post(Route.tokens.path(), request.json, action: "making token \(request.name)")
    }

    /// Makes a token worthless: one's own, another person's, or a machine's.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func revokeToken(
        _ name: String,
        owner: String? = nil,
        isMachines: Bool = false
    ) async throws(HubClientError) {
        let query = [("owner", owner), ("machine", isMachines ? "true" : nil)]
        _ = try await send(.delete, Route.token.path(name, query: query), action: "revoking token \(name)")
    }

    // MARK: - People

    /// The people whom one may see, page after page.
    ///
    /// - Throws: `HubClientError`.
    package func people() async throws(HubClientError) -> [PersonEntry] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(Route.people.path(query: [("after", after)]), action: "listing the people")
        }
    }

    /// Adds somebody; the answer holds the code by which they set their password.
    ///
    /// - Throws: `HubClientError`; `conflict` when the name or the address is somebody's.
    package func addPerson(_ person: NewPersonRequest) async throws(HubClientError) -> PersonWithCode {
        try await post(Route.people.path(), person.json, action: "adding \(person.name)")
    }

    /// Makes a new code by which somebody sets their password.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func newPasswordCode(for name: String) async throws(HubClientError) -> PersonWithCode {
        try await post(Route.personCode.path(name), [:], action: "making a code for \(name)")
    }

    /// Removes somebody with their sessions and tokens.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func removePerson(_ name: String) async throws(HubClientError) {
        _ = try await send(.delete, Route.person.path(name), action: "removing \(name)")
    }

    /// Keeps somebody out, or lets them in again.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func setDisabled(_ isDisabled: Bool, person name: String) async throws(HubClientError) -> PersonEntry {
        let action = "\(isDisabled ? "disabling" : "enabling") \(name)"
        let path = Route.personDisabled.path(name)
        return try decode(try await send(isDisabled ? .put : .delete, path, action: action), action: action)
    }

    /// Gives somebody a role.
    ///
    /// - Throws: `HubClientError`; `forbidden` when it is not one's to give.
    package func grant(_ grant: RoleGrant, to name: String) async throws(HubClientError) -> PersonEntry {
        try await post(Route.personGrants.path(name), grant.json, action: "granting \(grant.text) to \(name)")
    }

    /// Takes a role away.
    ///
    /// - Throws: `HubClientError`; `forbidden` when it is not one's to take, `notFound` when they do not have it.
    package func revoke(_ grant: RoleGrant, from name: String) async throws(HubClientError) -> PersonEntry {
        let path = Route.personGrants.path(name, query: [("role", grant.role), ("team", grant.team)])
        let action = "taking \(grant.text) from \(name)"
        return try decode(try await send(.delete, path, action: action), action: action)
    }
}
