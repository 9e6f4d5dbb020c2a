import HubAPI
import JSON
import Values

/// Why a command did not do what it was asked: an exit status, one clear line, and what belongs to it.
package struct CommandFailure: Error, Sendable, CustomStringConvertible {
    package let status: CommandStatus
    /// What failed, on which object, and what to do next.
    package let message: String
    /// One line per fault or laggard, shown below the message.
    package let details: [String]

    package init(_ status: CommandStatus, _ message: String, details: [String] = []) {
        self.status = status
        self.message = message
        self.details = details
    }

    package var description: String { ([message] + details.map { "  \($0)" }).joined(separator: "\n") }
}

extension CommandFailure {
    /// The failure that an error of the hub's client stands for.
    init(_ error: HubClientError) {
        self.init(
            CommandStatus(error.code),
            error.message,
            details: (error.problem?.errors ?? []).map(\.description)
                + (error.problem?.conflicts ?? []).flatMap(\.lines)
        )
    }

    /// The failure of values that have errors.
    static func invalid(_ faults: [Fault], in place: String) -> CommandFailure {
        let errors = faults.count { $0.severity == .error }
        return CommandFailure(
            .invalid,
            "\(place) has \(errors) \(errors == 1 ? "fault" : "faults"); nothing was changed. Correct what is listed and try again",
            details: faults.sorted().map(\.lineWithSeverity)
        )
    }
}

extension Fault {
    /// The fault's line, with a word before it when it does not stop a commit.
    var lineWithSeverity: String { severity == .warning ? "warning: \(description)" : description }
}

extension CommandStatus {
    init(_ code: HubClientError.Code) {
        self =
            switch code {
            case .malformed: .usage
            case .unauthenticated, .forbidden: .notAllowed
            case .notFound: .notFound
            case .conflict: .conflict
            case .invalid: .invalid
            case .unavailable, .unreachable: .unavailable
            case .timeout: .timeout
            case .cancelled: .interrupted
            case .unexpected: .failure
            }
    }
}
