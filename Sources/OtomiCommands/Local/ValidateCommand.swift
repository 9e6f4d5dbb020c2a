import ArgumentParser
import JSON
import Values

/// `otomi validate`.
struct ValidateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks documents or a values repository without a hub; every fault at once.",
        discussion: """
            Each document is checked, then all together, then what they mean on each cluster: settings that lack \
            something, hosts claimed twice, policies that are violated.

            Of a cluster only the name is known, unless clusters.yaml in the folder tells provider, region and labels:
              clusters:
                - {name: aws-eu, provider: aws, region: eu-central-1, labels: {env: demo}}

            Exit code 7 when there are faults.
            """
    )

    @Argument(help: "A file, a folder, or - for standard input.", completion: .file())
    var path = "."

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let values = try OfflineValues(reading: path, in: session)
        let count = values.documents.count
        let faults = values.faults
        let json: JSONValue = [
            "documents": count.json, "clusters": values.clusters.map(\.name).json, "faults": faults.json,
            "valid": .bool(!values.hasErrors),
        ]
        try session.show(output.format ?? .table, json: json, names: faults.map(\.lineWithSeverity)) {
            for warning in faults where !values.hasErrors { session.terminal.note(warning.lineWithSeverity) }
            if !values.hasErrors {
                try session.terminal.line("\(count) \(count == 1 ? "document has" : "documents have") no faults.")
            }
        }
        guard !values.hasErrors else { throw CommandFailure.invalid(faults, in: path) }
    }
}
