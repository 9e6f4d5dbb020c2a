package import Concurrency

/// Who wrote or committed something, and when.
package struct GitSignature: Hashable, Sendable {
    package let name: String
    package let email: String
    /// Of whole seconds: Git keeps no more.
    package let time: UnixTime

    /// What Git has no place for in a name or an address, such as `<` and line breaks, is left out.
    package init(name: String, email: String, time: UnixTime) {
        self.name = Self.clean(name)
        self.email = Self.clean(email)
        self.time = UnixTime(seconds: time.seconds)
    }

    private static func clean(_ text: String) -> String {
        let kept = text.unicodeScalars.filter { $0 != "<" && $0 != ">" && $0.value >= 0x20 && $0.value != 0x7F }
        let edge: (Unicode.Scalar) -> Bool = { " .,:;\"\\'".unicodeScalars.contains($0) }
        var trimmed = Array(kept)[...]
        while let first = trimmed.first, edge(first) { trimmed.removeFirst() }
        while let last = trimmed.last, edge(last) { trimmed.removeLast() }
        return trimmed.isEmpty ? "unknown" : String(String.UnicodeScalarView(trimmed))
    }
}
