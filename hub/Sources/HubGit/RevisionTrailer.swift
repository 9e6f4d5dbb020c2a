/// The last line of a message that says what a commit or a revision is the other half of.
enum RevisionTrailer {
    private static let revisionKey = "Otomi-Revision: "
    private static let commitKey = "Git-Commit: "

    /// The message of the commit that mirrors a revision.
    static func message(_ message: String, revision: Int64) -> String {
        // A message ends at its first NUL for Git.
        let text = String(String.UnicodeScalarView(message.unicodeScalars.filter { $0.value != 0 }))
        return "\(trimmed(text))\n\n\(revisionKey)\(revision)\n"
    }

    /// The revision that a commit says it mirrors; anybody can write that.
    static func revision(of message: String) -> Int64? {
        guard let line = message.split(whereSeparator: \.isNewline).last, line.hasPrefix(revisionKey) else {
            return nil
        }
        return Int64(line.dropFirst(revisionKey.count)).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The last line of the message of a revision that was pushed.
    static func line(commit: String) -> String { "\(commitKey)\(commit)" }

    /// The message of the revision that a commit becomes, in at most 4,096 bytes.
    static func message(_ message: String, commit: String) -> String {
        let line = line(commit: commit)
        var text = trimmed(message)
        if text.isEmpty { text = "A push without a message" }
        while text.utf8.count > 3_900 { text.removeLast(max(1, (text.utf8.count - 3_900) / 4)) }
        return "\(text)\n\n\(line)"
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
