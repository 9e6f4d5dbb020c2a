import ArgumentParser
import JSON
import Values

/// `otomi schema`.
struct SchemaCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema (2020-12) of a kind's spec, or of whole documents.",
        discussion: """
            Settings, apps and policies have one schema for each name: otomi schema settings dns.
            An editor completes whole files with otomi schema document; docs/editor.md shows how.
            """
    )

    @Argument(help: ArgumentHelp("The kind, or document.", valueName: "kind"))
    var subject: SchemaSubject

    @Argument(help: "The settings section, app or policy.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let format = output.format ?? .json
        let known = subject.kind.map(Schema.names(of:)) ?? []
        if let name, !known.contains(name) {
            let known = known.isEmpty ? "it has one schema for all names" : "known are \(known.joined(separator: ", "))"
            throw CommandFailure(.notFound, "\(subject) has no schema of its own for \(name); \(known)")
        }
        let schema = subject.kind.map { Schema.of($0, name: name) } ?? Schema.document
        let names = known.isEmpty ? [subject.description.lowercased()] : known
        try session.show(format.isTable ? .json : format, json: schema, names: names) {}
    }
}

/// What there is a schema of.
enum SchemaSubject: ExpressibleByArgument, Hashable, CustomStringConvertible {
    case kind(Kind)
    /// A whole document of any kind.
    case document

    init?(argument: String) {
        if argument.lowercased() == "document" {
            self = .document
        } else {
            guard let kind = Kind(loosely: argument) else { return nil }
            self = .kind(kind)
        }
    }

    static var allValueStrings: [String] { ["document"] + KindArgument.allValueStrings }

    var kind: Kind? {
        guard case .kind(let kind) = self else { return nil }
        return kind
    }

    var description: String { kind?.rawValue ?? "document" }
}
