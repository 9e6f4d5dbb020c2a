import ArgumentParser
import HubAPI
import JSON

/// `otomi trust content`.
struct ContentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "content",
        abstract: "Lets teams sign their layers, so that a stolen hub can only choose among what they signed.",
        subcommands: [
            ContentAddCommand.self, ContentDropCommand.self, ContentPendingCommand.self, ContentSignCommand.self,
        ]
    )
}

/// `otomi trust content add`.
struct ContentAddCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Drafts a root in which a team's layer needs the team's signature.",
        discussion: "Until the team has signed for the first time, its clusters keep the layer that they have."
    )

    @Argument(help: "The team's name.")
    var team: String

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("A public key of the team; once for each.", valueName: "file.pub"),
        completion: .file(extensions: ["pub"])
    )
    var keys: [String]

    @Option(help: ArgumentHelp("How many of them must sign.", valueName: "n"))
    var threshold = 1

    @OptionGroup var options: TrustChangeOptions

    func run(in session: Session) async throws {
        let listed = try keys.map { try TrustKeyFile.publicKey(at: $0) }
        try await options.draft(
            TrustChangeRequest(content: [team: .init(keys: listed, threshold: threshold)]),
            "Draft a root in which the layer of team \(team) needs the team's signature?",
            in: session
        )
    }
}

/// `otomi trust content drop`.
struct ContentDropCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Drafts a root in which a team's layer needs no signature of the team any more."
    )

    @Argument(help: "The team's name.")
    var team: String

    @OptionGroup var options: TrustChangeOptions

    func run(in session: Session) async throws {
        try await options.draft(
            TrustChangeRequest(content: [team: .init()]),
            "Draft a root in which the layer of team \(team) needs no signature of the team?",
            in: session
        )
    }
}
