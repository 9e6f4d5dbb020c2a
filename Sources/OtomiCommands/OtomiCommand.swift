package import ArgumentParser
import HubAPI

/// The command `otomi`.
package struct OtomiCommand: ParsableCommand {
    package static let version = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "otomi",
        abstract: "Runs a fleet of Kubernetes clusters from one hub.",
        discussion: """
            otomi login signs in to a hub and keeps the session as a context. OTOMI_CONTEXT says which context a shell uses; \
            OTOMI_HUB and OTOMI_TOKEN, or --hub and --token, win over contexts.

            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 not allowed, 6 hub unavailable, \
            7 values have faults, 8 timed out, 9 held until a person acts. otomi plan --exit-code: 10 something changes, \
            11 something dangerous happens.
            """,
        version: version,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Fleet",
                subcommands: [
                    ClusterCommand.self, GroupCommand.self, RollbackCommand.self, RolloutCommand.self,
                    StatusCommand.self, TeamCommand.self, WaitCommand.self, WatchCommand.self,
                    WebhookCommand.self, WhereCommand.self,
                ]
            ),
            CommandGroup(
                name: "Values",
                subcommands: [
                    AppCommand.self, ApplyCommand.self, DeleteCommand.self, ExportCommand.self, DiffCommand.self,
                    DraftCommand.self,
                    GetCommand.self, GitCommand.self, HistoryCommand.self,
                    ImportCommand.self, PlanCommand.self, RestoreCommand.self, RevertCommand.self, TagCommand.self,
                ]
            ),
            CommandGroup(
                name: "Inspection",
                subcommands: [ExplainCommand.self, RenderCommand.self, ValuesCommand.self]
            ),
            CommandGroup(
                name: "Access",
                subcommands: [
                    ContextCommand.self, LoginCommand.self, LogoutCommand.self, PasswordCommand.self,
                    PermissionsCommand.self, TokenCommand.self, UserCommand.self, WhoamiCommand.self,
                ]
            ),
            CommandGroup(
                name: "Security",
                subcommands: [AuditCommand.self, RecoveryCommand.self, SecretsCommand.self, TrustCommand.self]
            ),
            CommandGroup(
                name: "Offline",
                subcommands: [
                    CompletionCommand.self, SchemaCommand.self, TemplateCommand.self, ValidateCommand.self,
                ]
            ),
        ]
    )

    package init() {}

    /// Runs the command that `arguments` name and answers with the exit status; never throws, never exits.
    package static func run(_ arguments: [String], in session: Session) async -> CommandStatus {
        let leading = LeadingOptions(arguments)
        var session = session
        session.environment.merge(leading.environment) { _, option in option }
        do {
            var command = try parseAsRoot(leading.arguments)
            if let command = command as? any Subcommand {
                try await command.run(in: session)
            } else {
                try command.run()
            }
            return .success
        } catch let status as CommandStatus {
            return status
        } catch let error as CommandFailure {
            return report(error, session.terminal)
        } catch let error as HubClientError {
            return report(CommandFailure(error), session.terminal)
        } catch is CancellationError {
            return .interrupted
        } catch {
            return report(parsing: error, session.terminal)
        }
    }

    private static func report(_ failure: CommandFailure, _ terminal: Terminal) -> CommandStatus {
        terminal.note("otomi: \(failure)".printableLines)
        return failure.status
    }

    /// Help, versions and completion scripts arrive as errors too; they go to standard output.
    private static func report(parsing error: any Error, _ terminal: Terminal) -> CommandStatus {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if code.isSuccess {
            do { try terminal.line(message) } catch { return .failure }
            return .success
        }
        guard code == .validationFailure else {
            terminal.note("otomi: \(self.message(for: error))".printableLines)
            return .failure
        }
        terminal.note(message)
        return .usage
    }
}
