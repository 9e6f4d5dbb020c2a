/// The answer to whether somebody may do something to something.
package enum Access: String, CaseIterable, Hashable, Sendable {
    case allowed
    /// They may not, and may know that it is there.
    case refused
    /// As far as they can tell, it is not there.
    case hidden

    /// What an action is done to.
    package enum Subject: Hashable, Sendable {
        /// What belongs to no team: settings, clusters, people.
        case platform
        /// What is a team's.
        case team(String)
    }
}

extension Principal {
    /// Whether they may do `action` to `subject`: what the best of their roles allows.
    package func access(to action: Action, on subject: Access.Subject) -> Access {
        if action.rule.isForEverybody { return .allowed }
        let answers = grants.map { $0.access(to: action, on: subject) }
        if answers.contains(.allowed) { return .allowed }
        if case .team(let team) = subject, !maySeeEveryTeam, !teams.contains(team) { return .hidden }
        return .refused
    }

    /// Whether they may do `action` to anything at all; what is asked before anything is looked up.
    package func reaches(_ action: Action) -> Bool {
        action.rule.isForEverybody || grants.contains { action.rule.reach(of: $0.role) != .refused }
    }

    /// Whether no team is hidden from them.
    package var maySeeEveryTeam: Bool { grants.contains { !$0.role.isOfTeam } }
}

extension Grant {
    /// Whether this role, and it alone, lets somebody do `action` to `subject`.
    fileprivate func access(to action: Action, on subject: Access.Subject) -> Access {
        let isOwn = team.map { subject == .team($0) } ?? true
        return switch action.rule.reach(of: role) {
        case .allowed: .allowed
        case .part: isOwn || subject == .platform ? .allowed : .hidden
        case .ownTeam: isOwn ? .allowed : subject == .platform ? .refused : .hidden
        case .refused: isOwn || subject == .platform ? .refused : .hidden
        }
    }
}
