import ArgumentParser

/// A command that does its work with what it may touch handed in.
protocol Subcommand: ParsableCommand {
    /// Does the work.
    ///
    /// - Throws: `CommandFailure` or `HubClientError` when it could not be done.
    func run(in session: Session) async throws
}

extension Session {
    /// Asks a person before something that cannot be taken back; without a person, `--yes` is demanded.
    ///
    /// - Throws: `CommandFailure` when the answer is not yes.
    func confirm(_ question: String, yes: Bool) throws {
        if yes { return }
        guard terminal.isInputInteractive, terminal.isErrorInteractive else {
            throw CommandFailure(.usage, "\(question) Pass --yes to confirm, since nobody can be asked here")
        }
        terminal.writeError("\(question) [y/N] ")
        let answer = terminal.readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else {
            throw CommandFailure(.failure, "not confirmed; nothing was changed")
        }
    }
}
