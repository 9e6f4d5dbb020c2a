import JSON
import YAML

extension Session {
    /// Prints a result in the format that was asked for.
    ///
    /// - Throws: `CommandFailure` when standard output cannot be written.
    func show(
        _ format: OutputFormat,
        json: @autoclosure () -> JSONValue,
        names: @autoclosure () -> [String],
        table: () throws -> Void
    ) throws {
        switch format {
        case .table, .wide: try table()
        case .json: try terminal.write(json().prettyText.printableJSON)
        case .yaml: try terminal.write(YAML.text(of: json()))
        case .name: try names().forEach { try terminal.line($0.printable) }
        }
    }

    /// Prints several values as a stream of YAML documents.
    ///
    /// - Throws: `CommandFailure` when standard output cannot be written.
    func showDocuments(_ documents: [JSONValue]) throws {
        for document in documents { try terminal.write("---\n" + YAML.text(of: document)) }
    }

    /// Prints a table, or a sentence when it has no rows.
    ///
    /// - Throws: `CommandFailure` when standard output cannot be written.
    func show(_ table: Table, otherwise sentence: String) throws {
        if table.isEmpty {
            try terminal.line(sentence)
        } else {
            try terminal.write(table.text(colour: terminal.usesColour))
        }
    }
}
