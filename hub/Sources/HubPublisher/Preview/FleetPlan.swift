package import Values

/// What a change would do to every cluster of a fleet.
package struct FleetPlan: Sendable {
    /// Clusters to which the same happens.
    package struct Group: Sendable {
        /// The clusters' names, sorted.
        package internal(set) var clusters: [String]
        /// By namespace, kind and name; not all of them when the plan is too large.
        package internal(set) var changes: [ObjectChange]
        /// How many changes there are of each kind, those left out included.
        package let counts: Counts
        package let dangers: [PreviewDanger]
        /// What the change does wrong there, and what is worth saying about it.
        package let faults: [Fault]
        /// Whether the faults keep the clusters' bundles as they are: then nothing changes there.
        package let isBlocked: Bool
    }

    package struct Counts: Hashable, Sendable {
        package var added = 0
        package var changed = 0
        package var replaced = 0
        package var removed = 0

        package init() {}

        init(_ changes: [ObjectChange]) {
            for change in changes {
                switch change.action {
                case .added: added += 1
                case .changed: changed += 1
                case .replaced: replaced += 1
                case .removed: removed += 1
                }
            }
        }

        package var total: Int { added + changed + replaced + removed }

        mutating func add(_ other: Counts, times factor: Int) {
            added += other.added * factor
            changed += other.changed * factor
            replaced += other.replaced * factor
            removed += other.removed * factor
        }
    }

    /// Largest first; only of clusters where something happens.
    package let groups: [Group]
    /// How many clusters were looked at.
    package let clusterCount: Int
    /// Over all clusters.
    package let counts: Counts
    /// What agents would apply, by the cluster's name, of the clusters where they are to try it; never shown to anybody.
    package let rehearsed: [String: [RehearsedObject]]
    /// Whether changes are left out of groups because there are too many to tell.
    package let isTruncated: Bool

    /// How many clusters change.
    package var changedClusterCount: Int { groups.reduce(0) { $0 + ($1.counts.total > 0 ? $1.clusters.count : 0) } }
    package var isDangerous: Bool { groups.contains { !$0.dangers.isEmpty } }
}
