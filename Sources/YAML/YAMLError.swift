/// Why a text is no YAML that is understood here, and where.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// Counted from 1.
    package let line: Int
    /// Counted from 1.
    package let column: Int

    package init(_ message: String, line: Int, column: Int) {
        self.message = message
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column): \(message)" }
}
