/// Which clusters the documents of an index cannot tell apart, found without looking at each document for each cluster.
package struct ClusterProfiles: Sendable {
    /// What of a cluster decides which documents apply to it: those of one profile have the same, their own names apart.
    package struct Profile: Hashable, Sendable {
        let provider: String
        let region: String
        /// The number of what its Cluster document shares with others; 0 without one.
        let stamp: Int32
        /// Its name, where a document names it.
        let name: String?
        /// Whether it has each of the labels that documents ask for.
        let labels: [Bool]
    }

    private struct Label: Hashable {
        let key: String
        let value: String
    }

    private let index: DocumentIndex
    private let names: Set<String>
    /// What selectors are made of; one that several layers make together is made of the same labels.
    private let labels: [Label]

    package init(_ index: DocumentIndex) {
        self.index = index
        var names: Set<String> = []
        var labels: Set<Label> = []
        func add(_ selector: [String: String]) {
            for (key, value) in selector { labels.insert(Label(key: key, value: value)) }
        }
        for group in index.groups { add(group.selector) }
        for entry in index.platform + index.teams.flatMap({ [$0.team] + $0.things }) where !entry.isUniform {
            for layer in entry.layers {
                if case .cluster(let name) = layer.scope { names.insert(name) }
                guard entry.id.kind.hasPlacement else { continue }
                let placement = Placement(of: layer.document.document.spec)
                names.formUnion(placement.clusters ?? [])
                add(placement.selector ?? [:])
            }
        }
        self.names = names
        self.labels = Array(labels)
    }

    /// The profile of a cluster; comparable with profiles of the same index alone.
    package func profile(of cluster: ClusterIdentity) -> Profile {
        let own = labels.isEmpty ? [:] : cluster.allLabels
        return Profile(
            provider: cluster.provider,
            region: cluster.region,
            stamp: index.clusters[cluster.name]?.sharedStamp ?? 0,
            name: names.contains(cluster.name) ? cluster.name : nil,
            labels: labels.map { own[$0.key] == $0.value }
        )
    }
}
