/// The SHA-1 of a commit, tree or file, in 40 hexadecimal digits.
package struct GitObjectID: Hashable, Sendable, Comparable, LosslessStringConvertible {
    /// Lower case.
    package let description: String

    /// `nil` when `text` is no whole id.
    package init?(_ text: String) {
        guard text.utf8.count == 40, text.utf8.allSatisfy(Self.isDigit) else { return nil }
        description = text.lowercased()
    }

    /// The first digits, as people write them.
    package var short: String { String(description.prefix(10)) }

    package static func < (left: GitObjectID, right: GitObjectID) -> Bool { left.description < right.description }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
