import ArgumentParser

/// `otomi tag`.
struct TagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "Names revisions: otomi tag REVISION NAME.",
        discussion: "A tag can be used wherever a revision's number can.",
        subcommands: [TagAddCommand.self, TagListCommand.self, TagRemoveCommand.self],
        defaultSubcommand: TagAddCommand.self
    )
}
