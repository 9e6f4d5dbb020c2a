import JSON

/// Cuts long texts in a change down to what differs.
enum FieldExcerpt {
    /// How many characters of a text are shown.
    static let maximumLength = 2_000

    /// The change with each long text cut to where the two part.
    static func shortening(_ change: JSONDifference) -> JSONDifference {
        let texts = (change.before?.stringValue, change.after?.stringValue)
        guard max(texts.0?.count ?? 0, texts.1?.count ?? 0) > maximumLength else { return change }
        // A file of which one line changes: the lines before it say nothing.
        let skipped = texts.0.flatMap { old in texts.1.map { commonLines(old, $0) } } ?? 0
        return JSONDifference(
            pointer: change.pointer,
            before: change.before.map { cut($0, after: skipped) },
            after: change.after.map { cut($0, after: skipped) }
        )
    }

    /// How many lines both begin with.
    private static func commonLines(_ left: String, _ right: String) -> Int {
        zip(
            left.split(separator: "\n", omittingEmptySubsequences: false),
            right.split(separator: "\n", omittingEmptySubsequences: false)
        )
        .prefix { $0 == $1 }.count
    }

    private static func cut(_ value: JSONValue, after skipped: Int) -> JSONValue {
        guard let text = value.stringValue else { return value }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(skipped)
        let rest = lines.joined(separator: "\n")
        let shown = rest.prefix(maximumLength)
        let head = skipped > 0 ? "… \(skipped) \(skipped == 1 ? "line" : "lines")\n" : ""
        let tail = shown.count < rest.count ? "…" : ""
        return .string(head + shown + tail)
    }
}
