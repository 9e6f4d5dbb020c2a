/// What a document is about.
package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// What is peculiar to one cluster; exists at that cluster's scope only.
    case cluster = "Cluster"
    /// A set of clusters by label selector, with the priority its layer has.
    case group = "Group"
    /// One section of the platform's settings, named after the section.
    case settings = "Settings"
    /// An integrated application.
    case app = "App"
    /// A policy that manifests and live objects are checked against.
    case policy = "Policy"
    case team = "Team"
    /// A team's service: what runs, and how it is reached.
    case service = "Service"
    /// A team's job or cron job.
    case job = "Job"
    /// A pointer to a team's secret in the vault; never the secret itself.
    case secret = "Secret"

    /// Whether documents of this kind belong to a team.
    package var belongsToTeam: Bool {
        switch self {
        case .service, .job, .secret: true
        case .cluster, .group, .settings, .app, .policy, .team: false
        }
    }

    /// Whether documents of this kind may say where they go.
    package var hasPlacement: Bool {
        switch self {
        case .app, .team, .service, .job, .secret: true
        case .cluster, .group, .settings, .policy: false
        }
    }

    /// The kind that `text` names; case and a plural `s` do not matter, so that `services` on a command line is understood.
    package init?(loosely text: String) {
        let wanted = text.lowercased()
        guard
            let kind = Kind.allCases.first(where: {
                let name = $0.rawValue.lowercased()
                return wanted == name || wanted == name + "s" || (name == "policy" && wanted == "policies")
            })
        else { return nil }
        self = kind
    }

    /// Position in the fixed order that lists of documents use.
    var rank: Int {
        switch self {
        case .cluster: 0
        case .group: 1
        case .settings: 2
        case .app: 3
        case .policy: 4
        case .team: 5
        case .service: 6
        case .job: 7
        case .secret: 8
        }
    }
}

extension Kind: Comparable {
    package static func < (left: Kind, right: Kind) -> Bool { left.rank < right.rank }
}
