import ArgumentParser
import HubAPI

/// `otomi password`.
struct PasswordCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Sets your own password; every session of yours ends."
    )

    @Option(name: [.customShort("u"), .customLong("user")], help: ArgumentHelp("Your name.", valueName: "name"))
    var user: String?

    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let target = try HubTarget(hub, in: session)
        let name = try user ?? target.context?.person ?? session.ask("Name:", instead: "--user NAME")
        let current = try session.askSecret("Password of \(name):", instead: "a terminal")
        let password = try session.askNewPassword()
        let change = PasswordChange(.current(name: name, password: current), password: password)
        let person = try await session.hub(target).setPassword(change)
        try session.terminal.line("The password of \(person.name) is set. Sign in again: otomi login")
    }
}
