import ArgumentParser
import JSON
import Values

/// `otomi schema`.
struct SchemaCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema (2020-12) of a kind's spec.",
        discussion: "Settings, apps and policies have one schema for each name: otomi schema settings dns."
    )

    @Argument(help: ArgumentHelp("The kind.", valueName: "kind"))
    var kind: KindArgument

    @Argument(help: "The settings section, app or policy.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let known = Schema.names(of: kind.kind)
        if let name, !known.contains(name) {
            let known = known.isEmpty ? "it has one schema for all names" : "known are \(known.joined(separator: ", "))"
            throw CommandFailure(.notFound, "\(kind.kind.rawValue) has no schema of its own for \(name); \(known)")
        }
        let schema = Schema.of(kind.kind, name: name)
        let format = output.format ?? .json
        let names = known.isEmpty ? [kind.kind.rawValue.lowercased()] : known
        try session.show(format == .table ? .json : format, json: schema, names: names) {}
    }
}
