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
        let answer = try ask(question, "[y/N]").lowercased()
        guard answer == "y" || answer == "yes" else { throw Self.notConfirmed }
    }

    /// Asks a person to type `name` before something grave; without a person, `--yes` is demanded.
    ///
    /// - Throws: `CommandFailure` when something else is typed.
    func confirm(typing name: String, _ question: String, yes: Bool) throws {
        if yes { return }
        guard try ask(question, "Type \(name) to confirm:") == name else { throw Self.notConfirmed }
    }

    static let notConfirmed = CommandFailure(.failure, "not confirmed; nothing was changed")

    /// Asks a person for one line.
    ///
    /// - Throws: `CommandFailure` when nobody can be asked; `instead` says what to pass then.
    func ask(_ question: String, _ expected: String = "", instead: String = "--yes to confirm") throws -> String {
        guard terminal.isInputInteractive, terminal.isErrorInteractive else {
            throw CommandFailure(.usage, "\(question) Pass \(instead), since nobody can be asked here")
        }
        terminal.writeError(expected.isEmpty ? "\(question) " : "\(question) \(expected) ")
        return terminal.readLine() ?? ""
    }
}
