/// Why the agent cannot start or go on; printed as one line, and the process ends with a status that is not 0.
package struct AgentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, on what, and what to do next.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
