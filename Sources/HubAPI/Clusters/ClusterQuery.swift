/// Which clusters are asked for; what is empty or `nil` lets everything pass.
package struct ClusterQuery: Hashable, Sendable {
    /// A part of the name, region, provider, owner or of a label's value.
    package var search: String?
    /// Names of states.
    package var states: [String]
    /// Labels: `env=prod,tier!=gold,region in (eu-1,eu-2)`.
    package var selector: String?
    /// The clusters of this group.
    package var group: String?
    /// The clusters that this team runs on.
    package var team: String?

    package init(
        search: String? = nil,
        states: [String] = [],
        selector: String? = nil,
        group: String? = nil,
        team: String? = nil
    ) {
        self.search = search
        self.states = states
        self.selector = selector
        self.group = group
        self.team = team
    }

    /// Whether every cluster passes.
    package var isEmpty: Bool { self == ClusterQuery() }

    /// The path of one page.
    func path(after: String?, limit: Int? = nil) -> String {
        Route.clusters.path(
            query: [
                ("search", search), ("state", states.isEmpty ? nil : states.joined(separator: ",")),
                ("selector", selector), ("group", group), ("team", team), ("after", after),
                ("limit", limit.map(String.init)),
            ]
        )
    }
}
