/// What the command's exit code says; scripts rely on the numbers, so they never change.
package enum CommandStatus: Int32, Error, Sendable, CaseIterable {
    case success = 0
    case failure = 1
    case usage = 2
    case notFound = 3
    case conflict = 4
    case notAllowed = 5
    case unavailable = 6
    case invalid = 7
    case timeout = 8
    /// What was waited for stands still until a person does something.
    case held = 9
    /// A plan changes something; only where the exit code was asked to say so.
    case changes = 10
    /// A plan does something that cannot be taken back; only where the exit code was asked to say so.
    case dangerous = 11
    case interrupted = 130
}
