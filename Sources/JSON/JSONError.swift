/// Why bytes are no JSON, or why a value is not what was asked for.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what was expected instead.
    package let message: String
    /// Where in the text (bytes from its start), for a fault of syntax.
    package let offset: Int?
    /// Where in the value, for a fault of shape.
    package let pointer: JSONPointer?

    package init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
        self.pointer = nil
    }

    package init(_ message: String, at pointer: JSONPointer) {
        self.message = message
        self.offset = nil
        self.pointer = pointer
    }

    package var description: String {
        if let offset { return "\(message) at byte \(offset)" }
        if let pointer, !pointer.tokens.isEmpty { return "\(pointer): \(message)" }
        return message
    }
}
