/// The shell-style pattern of a delegation's paths (TUF specification 1.0, section 4.5).
///
/// `*`, `?` and `[…]` stand for characters other than the separator: `team/*` covers `team/a` and not `team/a/b`.
enum PathPattern {
    /// Whether `path` is covered by `pattern`; both are compared part by part.
    static func covers(_ path: String, _ pattern: String) -> Bool {
        let paths = path.split(separator: "/", omittingEmptySubsequences: false)
        let patterns = pattern.split(separator: "/", omittingEmptySubsequences: false)
        return paths.count == patterns.count
            && zip(paths, patterns).allSatisfy { part, pattern in
                matches(Array(part.unicodeScalars), Array(pattern.unicodeScalars))
            }
    }

    // After a mismatch only the last star is tried again, one character further on: the work is bounded by the product of
    // the lengths, whatever the pattern.
    private static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var position = 0
        var token = 0
        var retry: (position: Int, token: Int)?
        while position < text.count {
            if token < pattern.count, pattern[token] == "*" {
                token += 1
                retry = (position, token)
            } else if token < pattern.count, let next = step(text[position], pattern, token) {
                position += 1
                token = next
            } else if let last = retry {
                position = last.position + 1
                token = last.token
                retry = (position, token)
            } else {
                return false
            }
        }
        return pattern[token...].allSatisfy { $0 == "*" }
    }

    /// The index after the token at `index` when it stands for `character`.
    private static func step(_ character: Unicode.Scalar, _ pattern: [Unicode.Scalar], _ index: Int) -> Int? {
        switch pattern[index] {
        case "?": return index + 1
        case "[":
            guard let set = set(pattern, index) else { return character == "[" ? index + 1 : nil }
            return set.members.contains { $0.contains(character) } != set.isNegated ? set.end : nil
        case let literal: return character == literal ? index + 1 : nil
        }
    }

    /// The set `[abc]`, `[a-z]` or `[!…]` that begins at `start`; `nil` when it is not closed, and means itself.
    private static func set(
        _ pattern: [Unicode.Scalar],
        _ start: Int
    ) -> (members: [ClosedRange<Unicode.Scalar>], isNegated: Bool, end: Int)? {
        var index = start + 1
        let isNegated = index < pattern.count && pattern[index] == "!"
        if isNegated { index += 1 }
        let first = index
        var members: [ClosedRange<Unicode.Scalar>] = []
        while index < pattern.count {
            if pattern[index] == "]", index > first { return (members, isNegated, index + 1) }
            if index + 2 < pattern.count, pattern[index + 1] == "-", pattern[index + 2] != "]" {
                if pattern[index] <= pattern[index + 2] { members.append(pattern[index]...pattern[index + 2]) }
                index += 3
            } else {
                members.append(pattern[index]...pattern[index])
                index += 1
            }
        }
        return nil
    }
}
