/// Lists of texts that policies take: each a text, or the beginning of one with `*` after it.
extension [String] {
    /// Whether one of the patterns covers `text`, which may be a pattern itself.
    func cover(_ text: String) -> Bool {
        contains { $0.hasSuffix("*") ? text.hasPrefix($0.dropLast()) : text == $0 }
    }

    /// For a message.
    var listed: String { isEmpty ? "nothing" : joined(separator: ", ") }

    /// What of these `platform` does not allow, each at its place in the parameter `member`.
    func loosenings(of platform: [String], at member: String) -> [Loosening] {
        enumerated().filter { !platform.cover($1) }.map { index, text in
            Loosening(at: [member, String(index)], "'\(text)' is not allowed, allowed is \(platform.listed)")
        }
    }
}
