import ArgumentParser
import HubAPI
import JSON
import Values
import YAML

/// `otomi export`.
struct ExportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes every document and the fleet's registry to a folder, as the Git mirror has them.",
        discussion: """
            One file for each document, such as platform/teams/demo/services/hello.yaml, and clusters.yaml. The folder is \
            new, empty, or holds an earlier export, of which nothing else is left; files that others put beside ours stay. \
            Secrets are markers: they come back with otomi apply -f to the same hub. otomi import reads the folder into \
            another hub.
            """
    )

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "dir"), completion: .directory)
    var folder: String

    @Option(help: ArgumentHelp("The documents as they were at this revision.", valueName: "number"))
    var revision: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let files = try await session.withProgress("reading the documents") { _ in try await read(client) }
        let removed = try OutputFolder(at: folder, writtenBy: .export)
            .replace(with: files.content.mapValues { YAML.text(of: $0) })
        let json: JSONValue = [
            "folder": .string(folder), "revision": .integer(files.revision),
            "documents": .integer(Int64(files.content.count - 1)), "removed": .integer(Int64(removed)),
        ]
        try session.show(output.format ?? .table, json: json, names: files.content.keys.sorted()) {
            try session.terminal.line(
                "Wrote \(files.content.count - 1) documents of revision \(files.revision) to \(folder), "
                    + "removed \(removed) stale files."
            )
        }
    }

    /// The files of one revision: pages of a moving present could belong to two.
    private func read(_ client: HubClient) async throws -> (content: [String: JSONValue], revision: Int64) {
        let latest = try await client.revisions(limit: 1).first?.number ?? 0
        let revision = self.revision ?? latest
        guard revision <= latest else {
            throw CommandFailure(.notFound, "there is no revision \(revision); the latest is \(latest)")
        }
        let entries = try await client.documents(DocumentQuery(revision: revision))
        let clusters = try await client.clusters().map { cluster in
            RegisteredCluster(
                ClusterIdentity(
                    name: cluster.name,
                    provider: cluster.provider,
                    region: cluster.region,
                    labels: cluster.labels
                ),
                domain: cluster.domain
            )
        }
        return (ValuesTree.files(of: entries.map(\.document), clusters: clusters), revision)
    }
}
