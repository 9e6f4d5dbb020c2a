import ArgumentParser
import JSON
import Platform

/// `otomi app show`.
struct AppShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one app of the catalogue: where it comes from, and what it needs.",
        discussion: "otomi schema app NAME prints what its document may say."
    )

    @Argument(help: "The app's name.")
    var name: String

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let catalogue = Catalogue.embedded
        guard let entry = catalogue[name] else { throw CommandFailure.unknownApp(name) }
        try session.show(output.format ?? .table, json: entry.json, names: [entry.name]) {
            let facts: [(String, String)] = [
                ("App", entry.name),
                ("Title", entry.title),
                ("About", entry.description),
                ("Version", entry.appVersion),
                ("Home", entry.home ?? ""),
                ("Classes", entry.classText),
                ("Default", entry.defaultText),
                ("Chart", entry.chartText ?? "none, its objects are in the catalogue"),
                ("Namespace", entry.namespaceName),
                ("Needs", catalogue.dependencies(of: name).joined(separator: ", ")),
                ("Needed by", catalogue.dependents(of: name).joined(separator: ", ")),
                ("Shortcuts", entry.shortcuts.map { "\($0.title) (\($0.path))" }.joined(separator: ", ")),
            ]
            for (key, value) in facts where !value.isEmpty {
                try session.terminal.line(key + String(repeating: " ", count: 12 - key.count) + value)
            }
        }
    }
}

extension CommandFailure {
    static func unknownApp(_ name: String) -> CommandFailure {
        CommandFailure(.notFound, "there is no app \(name) in the catalogue. See otomi app list")
    }
}
