import HubAPI

/// Keeps a context's session alive: it is renewed shortly before it ends, by one command at a time.
///
/// The refresh token counts once, and one that comes back ends the sign-in: two commands must not both use it.
struct SessionRenewal: Sendable {
    /// How long before its end a session is renewed, in seconds.
    private static let margin: Int64 = 300

    let file: ContextFile
    let name: String
    /// A client of the hub that shows a session, or none.
    let connect: @Sendable (_ token: String?) throws -> HubClient
    let time: TimeSource

    /// The session's secret that counts now.
    ///
    /// - Throws: `HubClientError` when the hub does not answer, or the context's file cannot be used.
    func token() async throws(HubClientError) -> String? {
        do {
            guard let context = try file.read().context(name) else { return nil }
            guard isEnding(context) else { return context.token }
            let lock = try file.lock()
            defer { lock.release() }
            // Whoever held the lock before may have done it already.
            guard let current = try file.read().context(name) else { return nil }
            guard isEnding(current), let refreshToken = current.refreshToken else { return current.token }
            return try await renewed(current, by: refreshToken)
        } catch let error as HubClientError {
            throw error
        } catch {
            throw HubClientError(.malformed, "the session of the context \(name) cannot be renewed: \(error)")
        }
    }

    private func renewed(_ context: HubContext, by refreshToken: String) async throws -> String? {
        guard case .success(let tokens) = try await connect(nil).renewedTokens(by: refreshToken) else {
            // The hub says no to what is left, with what to do next.
            return context.token
        }
        // Kept before anything else can fail: the token before counts no more.
        try keep(after: refreshToken) {
            $0.token = tokens.accessToken
            $0.refreshToken = tokens.refreshToken
        }
        let end = try await connect(tokens.accessToken).session().expiresAt
        try keep(after: tokens.refreshToken) { $0.expiresAt = end }
        return tokens.accessToken
    }

    /// Changes the session of the context as it stands now, unless it is another by now than that of the refresh token.
    private func keep(after refreshToken: String, _ change: (inout HubContext) -> Void) throws {
        try file.changeLocked { contents in
            guard var context = contents.context(name), context.refreshToken == refreshToken else { return }
            change(&context)
            contents.put(context)
        }
    }

    private func isEnding(_ context: HubContext) -> Bool {
        guard context.refreshToken != nil, let end = context.expiresAt.flatMap(Age.unixSeconds) else { return false }
        return end - time.unixSeconds() < Self.margin
    }
}
