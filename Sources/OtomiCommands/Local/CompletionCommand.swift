import ArgumentParser

/// `otomi completion`.
struct CompletionCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Prints the completion script of a shell.",
        discussion: "For example: source <(otomi completion bash)"
    )

    /// The shells there is a script for.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash
        case zsh
        case fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run(in session: Session) async throws {
        let script: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try session.terminal.line(OtomiCommand.completionScript(for: script))
    }
}
