import ArgumentParser

/// `otomi context use`.
struct ContextUseCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Chooses the context of all shells that have not chosen, or of this shell.",
        discussion: "For this shell alone: eval \"$(otomi context use NAME --shell)\""
    )

    @Argument(help: "The context's name.")
    var name: String

    @Flag(help: "Print what sets it for one shell, and change nothing.")
    var shell = false

    func run(in session: Session) async throws {
        let file = try session.contextFile()
        let contents = try file.read()
        guard let context = contents.context(name) else { throw CommandFailure.unknownContext(name, contents) }
        guard !shell else { return try session.terminal.line("export OTOMI_CONTEXT='\(context.name)'") }
        try file.change { $0.standard = context.name }
        try session.terminal.line("Shells that have not chosen a context use \(context.name) (\(context.hub)).")
        if let chosen = session.variable("OTOMI_CONTEXT"), chosen != context.name {
            session.terminal.note("This shell has chosen \(chosen) (OTOMI_CONTEXT), and keeps it.")
        }
        if context.isProd {
            session.terminal.note(
                "\(context.name) is production. For one shell only: eval \"$(otomi context use \(context.name) --shell)\""
            )
        }
    }
}
