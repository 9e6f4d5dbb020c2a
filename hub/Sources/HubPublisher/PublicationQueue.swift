import HubStore
import Values

/// In which order stale clusters are published.
///
/// What few clusters want goes before what many want, and the newest wish before older ones. Where all want the same, those
/// come first for which it says something else than what they have.
struct PublicationQueue {
    /// From the revision that is out to the one that is wanted.
    struct Change: Hashable, Sendable {
        let from: Int64
        let to: Int64
    }

    /// How many clusters are published before what is wanted is looked at again.
    static let chunk = 128

    /// The clusters, the most urgent first.
    private(set) var clusters: [StaleCluster] = []

    /// - Parameters:
    ///   - stale: the clusters that wait.
    ///   - reach: tells which clusters a change may concern, where that can be known; asked for large groups only.
    init(_ stale: [StaleCluster], reach: (Change) async throws -> ChangeReach?) async rethrows {
        // A cluster that is to have the same revision once more waits for what an operator told its agent.
        let told = stale.filter { $0.publishedRevision == $0.want.revision }
        let moved = stale.filter { $0.publishedRevision != $0.want.revision }
        var groups = Dictionary(grouping: moved, by: \.want.revision).map { (revision: $0.key, clusters: $0.value) }
        groups.append((.max, told))
        groups.sort { ($0.clusters.count, -$0.revision) < ($1.clusters.count, -$1.revision) }
        for group in groups {
            guard group.clusters.count > Self.chunk, let change = Self.change(group.clusters, to: group.revision),
                let reach = try await reach(change)
            else {
                clusters += group.clusters
                continue
            }
            let (later, sooner) = Self.split(group.clusters) {
                $0.publishedRevision != change.from || reach.mayTouch($0.identity)
            }
            clusters += sooner + later
        }
    }

    var wants: Set<StaleCluster.Want> { Set(clusters.map(\.want)) }

    /// The change that most of a group's clusters are to go through.
    private static func change(_ clusters: [StaleCluster], to revision: Int64) -> Change? {
        let origins = Dictionary(grouping: clusters.compactMap(\.publishedRevision), by: { $0 })
        guard let from = origins.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) })?.key,
            from > 0, from != revision
        else { return nil }
        return Change(from: from, to: revision)
    }

    private static func split(
        _ clusters: [StaleCluster],
        by isSecond: (StaleCluster) -> Bool
    ) -> ([StaleCluster], [StaleCluster]) {
        var parts: ([StaleCluster], [StaleCluster]) = ([], [])
        for cluster in clusters {
            if isSecond(cluster) { parts.1.append(cluster) } else { parts.0.append(cluster) }
        }
        return parts
    }
}
