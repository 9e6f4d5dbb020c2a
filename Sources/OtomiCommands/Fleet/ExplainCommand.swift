import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi explain`.
struct ExplainCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says where a cluster's effective values come from: scope, revision, author, default or derived.",
        discussion: """
            PATH is a JSON Pointer (/teams/demo/services/hello/port) or the same with dots \
            (teams.demo.services.hello.port). Below each value stand the values that it won over.
            """
    )

    @Argument(help: "The place in the effective values.")
    var path: String

    @Option(help: ArgumentHelp("The cluster.", valueName: "name"))
    var cluster: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let answer = try await session.withProgress("explaining \(path)") { _ in
            try await client.explain(path, cluster: cluster)
        }
        guard !answer.entries.isEmpty else {
            throw CommandFailure(
                .notFound,
                "nothing is set at \(path) on cluster \(cluster). See otomi values --cluster \(cluster)"
            )
        }
        try session.show(
            output.format ?? .table,
            json: answer.json,
            names: answer.entries.map(\.pointer.description)
        ) {
            var table = Table("PATH", "VALUE", "ORIGIN")
            for entry in answer.entries {
                table.add(
                    .init(entry.pointer.description),
                    .init(entry.value.shortText),
                    .init(entry.origin.description)
                )
                for layer in entry.overridden {
                    table.add("", .init(layer.value.shortText, .faint), .init("over \(layer.origin)", .faint))
                }
            }
            try session.terminal.write(table.text(colour: session.terminal.usesColour))
        }
    }
}

extension JSONValue {
    /// The value in one short line; text as it is, the rest as JSON.
    var shortText: String {
        let text = stringValue ?? compactText
        return text.count > 60 ? text.prefix(59) + "…" : text
    }
}
