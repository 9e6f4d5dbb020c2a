import ArgumentParser

/// `otomi context remove`.
struct ContextRemoveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forgets a context with its secret; otomi logout ends the session as well.",
        aliases: ["rm"]
    )

    @Argument(help: "The context's name.")
    var name: String

    func run(in session: Session) async throws {
        try session.contextFile().change { contents in
            guard contents.context(name) != nil else { throw CommandFailure.unknownContext(name, contents) }
            contents.remove(name)
        }
        try session.terminal.line("\(name) is forgotten.")
    }
}
