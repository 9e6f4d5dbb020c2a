import ArgumentParser

/// `otomi context`.
struct ContextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "The hubs that you have signed in to, and which one this shell is for.",
        discussion: """
            OTOMI_CONTEXT is this shell's choice: eval "$(otomi context use NAME --shell)". Shells that have not chosen use \
            the one of otomi context use NAME. OTOMI_HUB and --hub win over both.
            """,
        subcommands: [
            ContextListCommand.self, ContextUseCommand.self, ContextShowCommand.self, ContextSetCommand.self,
            ContextRemoveCommand.self,
        ]
    )
}
