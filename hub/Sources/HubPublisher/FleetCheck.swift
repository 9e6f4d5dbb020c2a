import Bundles
package import Values

/// Says what a change of the values would do wrong on the clusters of the fleet, before anything is stored.
///
/// What is compiled here is compiled by the same parts as the bundles, so nothing that this lets through is refused later,
/// but for what is beyond `maximumInputs`: a cluster that the publisher then cannot compile keeps its bundle, and says so.
package final class FleetCheck: Sendable {
    /// How many different inputs one change is compiled for; clusters with the same documents are one.
    package static let maximumInputs = 64

    /// What clusters with the same faults have in common.
    private struct Input: Hashable {
        let platform: [Int32]
        let provider: String
        let region: String
        let teams: [[Int32]]

        init(_ selection: ClusterSelection) {
            platform = selection.platformStamps
            provider = selection.cluster.provider
            region = selection.cluster.region
            teams = selection.teams.map(\.stamps)
        }
    }

    /// What clusters have in common on which neither the old documents nor the new ones differ.
    private struct Likeness: Hashable {
        let old: ClusterProfiles.Profile
        let new: ClusterProfiles.Profile
    }

    private let compiler = BundleCompiler()

    package init() {}

    /// The faults of `after` on `clusters` that `before` does not have there.
    ///
    /// An old fault elsewhere does not stop an unrelated change. Only clusters that the change can reach are looked at, and of
    /// those that no document tells apart the first.
    ///
    /// - Throws: `BundleError` when a compiled object is no object.
    package func faults(
        changing before: [Document],
        to after: [Document],
        on clusters: [ClusterIdentity]
    ) throws -> [Fault] {
        let (before, after) = Self.stored(before, after)
        let reach = ChangeReach(from: before, to: after)
        let (old, new) = (compiler.index(before, revision: 0), compiler.index(after, revision: 0))
        let (oldProfiles, newProfiles) = (ClusterProfiles(old), ClusterProfiles(new))
        var alike: Set<Likeness> = []
        var seen: Set<Input> = []
        var faults: Set<Fault> = []
        for cluster in clusters where seen.count < Self.maximumInputs && reach.mayTouch(cluster) {
            let likeness = Likeness(old: oldProfiles.profile(of: cluster), new: newProfiles.profile(of: cluster))
            guard alike.insert(likeness).inserted else { continue }
            let input = Input(new.selection(for: cluster))
            guard input != Input(old.selection(for: cluster)), seen.insert(input).inserted else { continue }
            let known = Set(try compiler.compile(cluster: cluster, old).faults)
            faults.formUnion(try compiler.compile(cluster: cluster, new).faults.filter { !known.contains($0) })
        }
        return faults.sorted()
    }

    /// The faults that `after` has, as a cluster, and `before` has not: when a cluster's labels change, for example.
    ///
    /// - Throws: `BundleError` when a compiled object is no object.
    package func faults(
        moving before: ClusterIdentity,
        to after: ClusterIdentity,
        in documents: [Document]
    ) throws -> [Fault] {
        let index = compiler.index(documents.map { Self.stored($0, revision: 0) }, revision: 0)
        let known = Set(try compiler.compile(cluster: before, index).faults)
        return try compiler.compile(cluster: after, index).faults.filter { !known.contains($0) }.sorted()
    }

    /// The documents as two revisions have them; those that differ are of the second.
    private static func stored(
        _ before: [Document],
        _ after: [Document]
    ) -> (before: [StoredDocument], after: [StoredDocument]) {
        let known = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let changed = after.map { stored($0, revision: known[$0.id] == $0 ? 0 : 1) }
        return (before.map { stored($0, revision: 0) }, changed)
    }

    private static func stored(_ document: Document, revision: Int64) -> StoredDocument {
        StoredDocument(document: document, revision: revision, author: "")
    }
}
