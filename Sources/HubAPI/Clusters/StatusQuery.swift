/// What of the fleet a status is to show beside its counts.
package struct StatusQuery: Hashable, Sendable {
    /// Clusters that are not where they should be.
    package enum Goal: Hashable, Sendable {
        /// The revision that each should run.
        case desired
        /// This revision or a later one.
        case revision(Int64)
    }

    /// Only these clusters; `nil` for all.
    package var names: [String]?
    /// Only clusters that are not there yet.
    package var behind: Goal?
    /// How many clusters are shown one by one; those that need somebody come first.
    package var limit: Int?

    package init(names: [String]? = nil, behind: Goal? = nil, limit: Int? = nil) {
        self.names = names
        self.behind = behind
        self.limit = limit
    }

    var items: [(name: String, value: String?)] {
        let goal: String? =
            switch behind {
            case .desired: "desired"
            case .revision(let number): String(number)
            case nil: nil
            }
        return [
            ("names", names?.joined(separator: ",")), ("behind", goal), ("limit", limit.map(String.init)),
        ]
    }
}
