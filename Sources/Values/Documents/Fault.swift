package import JSON

/// One thing that is wrong with what a person wrote: where, and what was expected there.
package struct Fault: Hashable, Sendable {
    /// How much a fault matters.
    package enum Severity: String, Hashable, Sendable {
        /// Nothing may be committed with it.
        case error
        /// Worth saying; does not stop a commit.
        case warning
    }

    package var severity: Severity
    package var document: DocumentID?
    /// The file it was read from, for an import.
    package var file: String?
    /// The place: in the file for an import, else in the document's spec.
    package var pointer: JSONPointer
    /// What was expected, and what was found.
    package var message: String
    /// What to do next.
    package var hint: String?

    package init(
        severity: Severity = .error,
        document: DocumentID? = nil,
        file: String? = nil,
        pointer: JSONPointer = .root,
        message: String,
        hint: String? = nil
    ) {
        self.severity = severity
        self.document = document
        self.file = file
        self.pointer = pointer
        self.message = message
        self.hint = hint
    }
}

extension Fault: Comparable {
    package static func < (left: Fault, right: Fault) -> Bool {
        let leftFile = left.file ?? ""
        let rightFile = right.file ?? ""
        if leftFile != rightFile { return leftFile < rightFile }
        switch (left.document, right.document) {
        case (nil, .some): return true
        case (.some, nil): return false
        case (let leftDocument?, let rightDocument?) where leftDocument != rightDocument:
            return leftDocument < rightDocument
        default: break
        }
        if left.pointer != right.pointer { return left.pointer < right.pointer }
        return left.message < right.message
    }
}

extension Fault: CustomStringConvertible {
    /// One line for people: file or document, pointer, what was expected, what to do.
    package var description: String {
        var place = [file, document?.description].compactMap(\.self).joined(separator: ": ")
        if !pointer.tokens.isEmpty { place += (place.isEmpty ? "" : " ") + pointer.description }
        let text = place.isEmpty ? message : "\(place): \(message)"
        return hint.map { "\(text) (\($0))" } ?? text
    }
}

extension Fault: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let severityText: String? = try json.optional("severity")
        let pointerText: String = try json.optional("pointer") ?? ""
        guard let pointer = JSONPointer(pointerText) else {
            throw JSONError("a JSON Pointer is expected", at: JSONPointer(["pointer"]))
        }
        self.init(
            severity: severityText.flatMap(Severity.init(rawValue:)) ?? .error,
            document: try json.optional("document"),
            file: try json.optional("file"),
            pointer: pointer,
            message: try json.required("detail"),
            hint: try json.optional("hint")
        )
    }

    /// The form that a problem document's `errors` holds: the message is `detail` there (RFC 9457).
    package var json: JSONValue {
        .members([
            "severity": severity.rawValue, "document": document, "file": file, "pointer": pointer.description,
            "detail": message, "hint": hint,
        ])
    }
}
