/// Where a command writes to and asks; tests hand in one that records.
package struct Terminal: Sendable {
    /// Writes to standard output; throws when that is full or closed.
    package var write: @Sendable (String) throws -> Void
    /// Writes to standard error.
    package var writeError: @Sendable (String) -> Void
    /// Reads one line of standard input; `nil` at its end.
    package var readLine: @Sendable () -> String?
    /// Reads one line of standard input without showing it; `nil` at its end.
    package var readSecret: @Sendable () -> String?
    /// Reads all of standard input, at most so many bytes; throws when there are more.
    package var readAll: @Sendable (_ limit: Int) throws -> [UInt8]
    /// Whether a person types the input.
    package var isInputInteractive: Bool
    /// Whether a person reads standard error, so that progress may be drawn there.
    package var isErrorInteractive: Bool
    /// Whether standard output shows colour.
    package var usesColour: Bool

    package init(
        write: @escaping @Sendable (String) throws -> Void,
        writeError: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable () -> String? = { nil },
        readSecret: @escaping @Sendable () -> String? = { nil },
        readAll: @escaping @Sendable (Int) throws -> [UInt8] = { _ in [] },
        isInputInteractive: Bool = false,
        isErrorInteractive: Bool = false,
        usesColour: Bool = false
    ) {
        self.write = write
        self.writeError = writeError
        self.readLine = readLine
        self.readSecret = readSecret
        self.readAll = readAll
        self.isInputInteractive = isInputInteractive
        self.isErrorInteractive = isErrorInteractive
        self.usesColour = usesColour
    }

    /// Writes a line to standard output.
    func line(_ text: String = "") throws { try write(text + "\n") }

    /// Writes a line for people to standard error.
    func note(_ text: String) { writeError(text + "\n") }
}
