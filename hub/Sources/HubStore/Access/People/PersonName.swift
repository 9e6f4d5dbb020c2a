/// What people may be called: short, in lower case and in ASCII, so that no two names look the same.
enum PersonName {
    static let maximumLength = 254

    /// The form in which a name or an address is stored and compared; `nil` when it is none.
    static func folded(_ text: String) -> String? {
        let folded = text.lowercased()
        guard (1...maximumLength).contains(folded.utf8.count), let first = folded.utf8.first, isWord(first),
            folded.utf8.allSatisfy({ isWord($0) || ".-_+@".utf8.contains($0) })
        else { return nil }
        return folded
    }

    /// The folded form of a name that somebody is to get.
    ///
    /// - Throws: `StoreError.Code.invalid`.
    static func checked(_ text: String, _ what: String) throws(StoreError) -> String {
        guard let folded = folded(text) else {
            throw StoreError(
                .invalid,
                "the \(what) is none: use up to \(maximumLength) letters, digits and . - _ + @, the first a letter or a digit"
            )
        }
        return folded
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
