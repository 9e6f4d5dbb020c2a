import AgentProtocol
import Installation

/// The kinds of work that must not crowd each other out.
enum WorkClass: String, CaseIterable, Sendable {
    case people
    case agents
    case enrolments

    /// The kind of a request by its path.
    init(path: String) {
        if path == AgentRoute.enrol.path || path.hasPrefix("/install/") {
            self = .enrolments
        } else if path.hasPrefix(AgentRoute.prefix + "/") {
            self = .agents
        } else {
            self = .people
        }
    }

    /// In how many seconds whoever was refused may come again; agents come from all sides at once, so they are spread.
    var returnSeconds: ClosedRange<Int> {
        switch self {
        case .people: 1...3
        case .agents: 2...30
        case .enrolments: 2...10
        }
    }
}
