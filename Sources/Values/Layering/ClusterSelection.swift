package import JSON

/// The documents that apply to one cluster, each with its layers; nothing is merged before it is asked for.
package struct ClusterSelection: Sendable {
    /// One team's part of it.
    package struct Team: Sendable {
        package let name: String
        /// The numbers of its documents, layer by layer: equal numbers are equal documents.
        package let stamps: [Int32]
        /// Something of the team runs anew with every revision.
        package let runsEveryRevision: Bool
        let nodes: [LayeredDocument]

        /// What the team's documents say, with the defaults, and nothing derived.
        package func tree() -> JSONValue { Layering.team(nodes) }
    }

    /// The members of `cluster` in the effective values that tell one cluster from another like it.
    package static let identityKeys = ["name", "labels", "apiName", "apiServer", "k8sContext"]

    package let cluster: ClusterIdentity
    package let revision: Int64
    /// The number of everything that the cluster's own document says.
    package let clusterStamp: Int32
    /// The numbers of the documents that are no team's, layer by layer.
    package let platformStamps: [Int32]
    package let teams: [Team]
    let platformNodes: [LayeredDocument]
    /// Apps that documents speak of, but that do not go to the cluster.
    let appsElsewhere: [String]
    let clusterNode: LayeredDocument

    init(
        cluster: ClusterIdentity,
        document: DocumentIndex.Layer?,
        priorities: [String: Int64],
        index: DocumentIndex
    ) {
        self.cluster = cluster
        revision = index.revision
        clusterNode = LayeredDocument(
            id: DocumentID(kind: .cluster, name: cluster.name),
            layers: document.map { [$0.document] } ?? []
        )
        clusterStamp = document?.stamp ?? 0
        var stamps = [document?.sharedStamp ?? 0]
        var nodes: [LayeredDocument] = []
        func select(_ entry: DocumentIndex.Entry) -> Bool {
            guard let layers = entry.layers(for: cluster, priorities: priorities) else { return false }
            let node = entry.isUniform ? entry.node : LayeredDocument(id: entry.id, layers: layers.map(\.document))
            nodes.append(node)
            for layer in layers { stamps.append(layer.stamp) }
            return true
        }
        var appsElsewhere: [String] = []
        for entry in index.platform where !select(entry) && entry.id.kind == .app {
            let applying = entry.applying(to: cluster, priorities: priorities)
            guard !applying.isEmpty else { continue }
            appsElsewhere.append(entry.id.name)
            for layer in applying { stamps.append(-layer.stamp) }
        }
        self.appsElsewhere = appsElsewhere
        platformStamps = stamps
        platformNodes = nodes
        var teams: [Team] = []
        for entry in index.teams {
            stamps.removeAll(keepingCapacity: true)
            nodes.removeAll(keepingCapacity: true)
            // A team's things go only where the team goes.
            guard select(entry.team) else { continue }
            for thing in entry.things { _ = select(thing) }
            let runsEveryRevision = nodes.contains { node in
                node.id.kind == .job && node.layers.contains { $0.document.spec["runPolicy"] == "Always" }
            }
            teams.append(
                Team(name: entry.team.id.name, stamps: stamps, runsEveryRevision: runsEveryRevision, nodes: nodes)
            )
        }
        self.teams = teams
    }

    /// What clusters with the same documents share: `cluster` without what tells one from another, `settings`, `apps`,
    /// `policies` and what is derived from them.
    ///
    /// The cluster's name, labels and the addresses of its own API server are left out, so that equal stamps, providers and
    /// regions make equal trees.
    package func sharedTree() -> JSONValue {
        var tree = Layering.platform(platformNodes, appsElsewhere: appsElsewhere)
        var cluster = Layering.completed(clusterNode) ?? .object([:])
        for key in Self.identityKeys { cluster[key] = nil }
        cluster["provider"] = .string(self.cluster.provider)
        cluster["region"] = .string(self.cluster.region)
        tree["cluster"] = cluster
        tree["teams"] = .object([:])
        var derivation = Derivation(tree)
        derivation.run()
        return derivation.tree
    }

    /// `cluster` of the effective values with all that tells it from others, for the objects that name it.
    package func clusterTree() -> JSONValue {
        var own = Layering.completed(clusterNode) ?? .object([:])
        for (key, value) in cluster.json.objectValue ?? [:] { own[key] = value }
        var derivation = Derivation(["cluster": own])
        derivation.deriveCluster()
        return derivation.tree["cluster"] ?? own
    }

    /// `tree` of a team with what follows from it and from `shared`.
    package static func deriving(_ tree: JSONValue, team: String, from shared: JSONValue) -> JSONValue {
        var whole = shared
        whole["teams"] = .object([team: tree])
        var derivation = Derivation(whole)
        derivation.deriveTeams()
        return derivation.tree["teams"]?[team] ?? tree
    }

    /// The scope of the highest layer that says something at `pointer`; `nil` for a default and for what is derived.
    func scope(saying pointer: JSONPointer) -> Scope? {
        for (place, node) in Layering.places(of: self) where pointer.tokens.starts(with: place) {
            let rest = JSONPointer(Array(pointer.tokens.dropFirst(place.count)))
            return node.layers.last { $0.document.spec[rest] != nil }?.document.id.scope
        }
        return nil
    }

    /// The scope of the highest layer of the document whose spec is at the beginning of `pointer`, that says something there.
    package func scope(at pointer: JSONPointer) -> Scope? {
        for (place, node) in Layering.places(of: self) where pointer.tokens.starts(with: place) {
            let rest = JSONPointer(Array(pointer.tokens.dropFirst(place.count)))
            let saying = node.layers.last { $0.document.spec[rest] != nil } ?? node.layers.last
            return saying?.document.id.scope ?? (place == ["cluster"] ? .cluster(cluster.name) : nil)
        }
        return nil
    }
}
