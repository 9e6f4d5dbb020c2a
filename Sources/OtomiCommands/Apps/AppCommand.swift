import ArgumentParser

/// `otomi app`.
struct AppCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app",
        abstract: "Lists the apps of the catalogue, and switches them on and off.",
        subcommands: [
            AppListCommand.self, AppShowCommand.self, AppEnableCommand.self, AppDisableCommand.self,
            AppWhereCommand.self,
        ],
        aliases: ["apps"]
    )
}
