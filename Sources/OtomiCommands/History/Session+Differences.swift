import HubAPI
import JSON
import Values

extension Session {
    /// Prints what became of documents, field by field.
    func show(differences changes: [DocumentChange]) throws {
        for change in changes { for line in change.lines(colour: terminal.usesColour) { try terminal.line(line) } }
    }
}

extension DocumentChange {
    /// The document with what became of it, and a line for each field.
    func lines(colour: Bool) -> [String] {
        let deed = change.style.apply(to: change.rawValue, colour: colour)
        return ["\(document) \(deed)"] + fields.map { "  " + $0.line }
    }
}

extension JSONDifference {
    /// `/port: 80 -> 81`.
    fileprivate var line: String {
        let areSecrets = [before, after].allSatisfy { $0.map(SecretMarker.isMarker) ?? false }
        let text = areSecrets ? "a secret -> another secret" : "\(FieldText(before)) -> \(FieldText(after))"
        return "\(pointer): \(text)"
    }
}
