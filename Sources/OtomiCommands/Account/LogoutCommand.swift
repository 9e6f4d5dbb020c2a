import ArgumentParser
import HubAPI

/// `otomi logout`.
struct LogoutCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Ends the session of a context, here and on the hub."
    )

    @Argument(help: ArgumentHelp("The context; otherwise the current one.", valueName: "context"))
    var name: String?

    @Flag(help: "End every session of yours, on all machines.")
    var everywhere = false

    func run(in session: Session) async throws {
        let file = try session.contextFile()
        let contents = try file.read()
        guard let wanted = name ?? session.variable("OTOMI_CONTEXT") ?? contents.standard else {
            throw CommandFailure(.usage, "no context is chosen; name one: otomi logout CONTEXT")
        }
        guard let context = contents.context(wanted) else { throw CommandFailure.unknownContext(wanted, contents) }
        if let token = context.token { try await end(token, context, in: session) }
        if let refreshToken = context.refreshToken {
            // A session that has run out is not ended above, but could still be renewed.
            try? await session.client(context.hub, nil, context.trust).revokeTokens(refreshToken)
        }
        try file.change { contents in
            // As it is now: somebody may have changed it while the hub was asked.
            guard var latest = contents.context(context.name) else { return }
            latest.token = nil
            latest.refreshToken = nil
            latest.expiresAt = nil
            contents.put(latest)
        }
        try session.terminal.line("Signed out of \(context.name).")
    }

    /// The secret goes from here whether the hub answers or not; a token is only forgotten.
    private func end(_ token: String, _ context: HubContext, in session: Session) async throws {
        guard token.hasPrefix("otomi_session_") else {
            return session.terminal.note("The token still works: otomi token revoke makes it worthless.")
        }
        do { try await session.client(context.hub, token, context.trust).signOut(everywhere: everywhere) } catch let
            error as HubClientError
        {
            guard error.code != .unauthenticated else { return }
            session.terminal.note(
                "The session could not be ended on the hub, and ends there by itself: \(error.message)"
            )
        }
    }
}
