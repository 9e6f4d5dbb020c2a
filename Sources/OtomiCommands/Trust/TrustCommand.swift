import ArgumentParser

/// `otomi trust`.
struct TrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Shows and changes whose signatures the fleet's clusters trust.",
        discussion: """
            The root of trust lists the keys of four roles. The hub holds those of targets, snapshot and timestamp, and signs \
            with them every day. The root's own keys may be moved to people with otomi trust init; from then on each change \
            is a draft that enough of them sign.
            """,
        subcommands: [
            TrustShowCommand.self, TrustKeygenCommand.self, TrustInitCommand.self, TrustRotateCommand.self,
            TrustRenewCommand.self, RootCommand.self, ContentCommand.self,
        ]
    )
}

/// `otomi trust root`.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "root",
        abstract: "Signs, publishes or discards the draft of the next root.",
        subcommands: [
            RootFetchCommand.self, RootSignCommand.self, RootPublishCommand.self, RootDiscardCommand.self,
        ]
    )
}
