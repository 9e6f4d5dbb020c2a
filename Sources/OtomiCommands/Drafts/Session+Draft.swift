import HubAPI
import JSON
import Values

extension Session {
    /// Prints a draft as JSON, YAML or name, or one sentence for people.
    func show(_ draft: DraftEntry, _ format: OutputFormat?, _ sentence: String) throws {
        try show(format ?? .table, json: draft.json, names: [draft.name]) { try terminal.line(sentence) }
    }
}

extension DraftEntry {
    /// `3 documents, version 5`.
    var sizeText: String { "\(editCount) \(editCount == 1 ? "document" : "documents"), version \(version)" }
}
