import ArgumentParser
import HubAPI
import JSON

/// `otomi trust content pending`.
struct ContentPendingCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "pending",
        abstract: "Lists the layers that wait for a team's signature, or shows one of them as YAML."
    )

    @Argument(help: "The team's name.")
    var team: String

    @Option(help: ArgumentHelp("Show the objects of this layer.", valueName: "digest"))
    var show: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let content = try await client.content(of: team)
        if let show {
            guard let digest = content.pending.map(\.digest).first(where: { $0.hasPrefix(show) }) else {
                throw CommandFailure(.notFound, "no layer \(show) waits for team \(team)")
            }
            let layer = try await ContentLayer(digest, of: team, client)
            return try session.showDocuments(layer.objects)
        }
        try session.show(output.format ?? .table, json: content.json, names: content.pending.map(\.digest)) {
            var table = Table("DIGEST", "OBJECTS", "BYTES", "CLUSTERS")
            for layer in content.pending {
                table.add(
                    .init(String(layer.digest.prefix(12))),
                    .init(String(layer.objects)),
                    .init(String(layer.length)),
                    .init(layer.clusters.joined(separator: ", "))
                )
            }
            try session.show(table, otherwise: "Nothing waits for the signature of team \(team).")
        }
    }
}
