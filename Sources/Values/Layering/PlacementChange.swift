/// What a change of a cluster's labels, provider or region takes to it and away from it.
package struct PlacementChange: Hashable, Sendable {
    /// What goes to the cluster that did not before; the things of a team that comes are not listed one by one.
    package let gained: [DocumentID]
    /// What does not go to the cluster any more: it is deleted there.
    package let lost: [DocumentID]
    package let joinedGroups: [String]
    package let leftGroups: [String]

    package init(from before: ClusterIdentity, to after: ClusterIdentity, in index: DocumentIndex) {
        let (old, new) = (Self.things(index.selection(for: before)), Self.things(index.selection(for: after)))
        gained = Self.difference(new, old)
        lost = Self.difference(old, new)
        let (groups, others) = (Set(index.priorities(of: after).keys), Set(index.priorities(of: before).keys))
        joinedGroups = groups.subtracting(others).sorted()
        leftGroups = others.subtracting(groups).sorted()
    }

    /// Whether nothing comes, goes or changes its layers.
    package var isEmpty: Bool { gained.isEmpty && lost.isEmpty && joinedGroups.isEmpty && leftGroups.isEmpty }

    private static func things(_ selection: ClusterSelection) -> Set<DocumentID> {
        var ids = Set(selection.platformNodes.map(\.id).filter { $0.kind == .app })
        for team in selection.teams { ids.formUnion(team.nodes.map(\.id)) }
        return ids
    }

    private static func difference(_ left: Set<DocumentID>, _ right: Set<DocumentID>) -> [DocumentID] {
        let all = left.subtracting(right)
        let teams = Set(all.filter { $0.kind == .team }.map(\.name))
        return all.filter { $0.team.map { !teams.contains($0) } ?? true }.sorted()
    }
}
