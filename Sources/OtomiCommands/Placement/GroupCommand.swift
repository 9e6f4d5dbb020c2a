import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi group`.
struct GroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Shows the groups of clusters: their selectors, their clusters, what is written for them.",
        discussion: """
            A group is a document of kind Group: otomi apply makes and changes it. Documents at scope group/NAME apply to its \
            clusters; of several groups the one with the highest priority wins.
            """,
        subcommands: [GroupListCommand.self, GroupShowCommand.self],
        defaultSubcommand: GroupListCommand.self,
        aliases: ["groups"]
    )
}

/// `otomi group list`.
struct GroupListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the groups, how many clusters each has and how many documents are written for it.",
        aliases: ["ls"]
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let groups = try await session.hub(hub).groups()
        try session.show(output.format ?? .table, json: groups.json, names: groups.map(\.name)) {
            var table = Table("NAME", "PRIORITY", "CLUSTERS", "DOCUMENTS", "SELECTOR")
            for group in groups {
                table.add(
                    .init(group.name),
                    .init(String(group.priority)),
                    .init(String(group.count)),
                    .init(String(group.documentCount)),
                    .init(group.selectorText)
                )
            }
            try session.show(table, otherwise: "There are no groups. A document of kind Group makes one.")
        }
    }
}

/// `otomi group show`.
struct GroupShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one group with its clusters and the documents at its scope."
    )

    @Argument(help: "The group's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let group = try await session.hub(hub).group(name)
        try session.show(output.format ?? .table, json: group.json, names: group.clusters) {
            let more = group.count > group.clusters.count ? " and \(group.count - group.clusters.count) more" : ""
            let clusters = group.clusters.isEmpty ? "none" : group.clusters.joined(separator: ", ") + more
            try session.terminal.line("Group      \(group.name)")
            try session.terminal.line("Selector   \(group.selectorText)")
            try session.terminal.line("Priority   \(group.priority)")
            try session.terminal.line("Clusters   \(group.count): \(clusters)")
            var table = Table("KIND", "TEAM", "NAME")
            for id in group.documents { table.add(.init(id.kind.rawValue), .init(id.team ?? "-"), .init(id.name)) }
            try session.terminal.line()
            try session.show(table, otherwise: "No document is written at group/\(group.name).")
        }
    }
}

extension ClusterGroup {
    fileprivate var selectorText: String {
        selector.isEmpty
            ? "every cluster"
            : selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}
