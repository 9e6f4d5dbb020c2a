package import Values

/// Which clusters are asked for; what is empty or `nil` lets everything pass.
package struct ClusterFilter: Hashable, Sendable {
    /// Clusters that are not where they should be; pending and revoked ones do not count.
    package enum Goal: Hashable, Sendable {
        /// The revision that each should run.
        case desired
        /// This revision or a later one.
        case revision(Int64)
    }

    /// A part of the name, region, provider, owner or of a label's value, whatever its case.
    package var search: String?
    package var states: [String]
    package var selector: LabelSelector
    package var names: [String]?
    /// Only clusters that have not reached it, on which deletions wait, or of which something has changed just now.
    package var behind: Goal?

    package init(
        search: String? = nil,
        states: [String] = [],
        selector: LabelSelector = LabelSelector([:]),
        names: [String]? = nil,
        behind: Goal? = nil
    ) {
        self.search = search
        self.states = states
        self.selector = selector
        self.names = names
        self.behind = behind
    }
}
