import ArgumentParser

/// `otomi context set`.
struct ContextSetCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Says what tier a context is; in tier prod every change is confirmed by name."
    )

    @Argument(help: "The context's name.")
    var name: String

    @Option(help: ArgumentHelp("prod, or any other; none takes it away.", valueName: "tier"))
    var tier: String

    func run(in session: Session) async throws {
        try session.contextFile().change { contents in
            guard var context = contents.context(name) else { throw CommandFailure.unknownContext(name, contents) }
            context.tier = tier == "none" ? nil : tier
            contents.put(context)
        }
        try session.terminal.line(tier == "none" ? "\(name) has no tier." : "\(name) is of tier \(tier).")
    }
}
