import JSON

/// One thing that a diagnosis looked at.
struct Finding: Hashable, Sendable, JSONRepresentable {
    enum Verdict: String, Hashable, Sendable, CaseIterable {
        case ok
        /// The agent works, but somebody should know.
        case warn
        /// The agent cannot do its work.
        case fail
    }

    let name: String
    let verdict: Verdict
    /// What was found and, where it is not good, what to do.
    let detail: String

    init(_ name: String, _ verdict: Verdict, _ detail: String) {
        self.name = name
        self.verdict = verdict
        self.detail = BoundedText.cut(detail.split(separator: "\n").joined(separator: " "))
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    init(json: JSONValue) throws(JSONError) {
        self.init(
            try json.required("name"),
            Verdict(rawValue: try json.required("verdict")) ?? .fail,
            try json.required("detail")
        )
    }

    var json: JSONValue { ["name": .string(name), "verdict": .string(verdict.rawValue), "detail": .string(detail)] }

    /// One line for a person.
    var line: String {
        let mark =
            switch verdict {
            case .ok: "ok  "
            case .warn: "warn"
            case .fail: "FAIL"
            }
        return "\(mark) \(name): \(detail)"
    }
}
