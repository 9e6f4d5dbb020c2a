/// Which events to read; what is empty or `nil` does not narrow them.
package struct EventQuery: Hashable, Sendable {
    /// Kinds, such as `cluster.paused`, or all of a sort, such as `cluster.*`.
    package var kinds: [String]
    package var cluster: String?
    package var team: String?
    /// RFC 3339: where to begin without a position.
    package var since: String?

    package init(kinds: [String] = [], cluster: String? = nil, team: String? = nil, since: String? = nil) {
        self.kinds = kinds
        self.cluster = cluster
        self.team = team
        self.since = since
    }

    /// The path of what follows `after`, after a wait of so many seconds when there is nothing yet.
    package func path(after: String? = nil, wait: Int64? = nil) -> String {
        Route.events.path(query: [
            ("kind", kinds.isEmpty ? nil : kinds.joined(separator: ",")), ("cluster", cluster), ("team", team),
            ("since", after == nil ? since : nil), ("after", after), ("wait", wait.map(String.init)),
        ])
    }
}
