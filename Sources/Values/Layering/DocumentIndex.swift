import JSON

/// The documents of one revision, prepared so that a cluster's are found without reading them all again.
package struct DocumentIndex: Sendable {
    /// One document with its layers at every scope.
    struct Entry: Sendable {
        let id: DocumentID
        let layers: [Layer]
        /// Where it goes, when one layer alone says so; `nil` when layers have to be merged first.
        let placement: Placement?
        /// Whether it applies to every cluster in the same form.
        let isUniform: Bool
        /// All layers, as a cluster that all of them apply to has them.
        let node: LayeredDocument
    }

    /// A document as one scope has it.
    struct Layer: Sendable {
        let scope: Scope
        let document: StoredDocument
        let stamp: Int32
        /// The number of what clusters may have in common; differs from `stamp` for Cluster documents only.
        let sharedStamp: Int32
    }

    /// A team with its own document and those of its things, by kind and name.
    struct TeamEntry: Sendable {
        let team: Entry
        let things: [Entry]
    }

    /// A set of clusters whose documents have a rank between the platform's and a cluster's own.
    struct Group: Sendable {
        let name: String
        let selector: [String: String]
        let priority: Int64
    }

    /// The documents as they were given.
    package let documents: [StoredDocument]
    /// The revision that they are the values at; what runs once for each revision is named after it.
    package let revision: Int64
    /// Settings, apps and policies by kind and name.
    let platform: [Entry]
    let teams: [TeamEntry]
    /// Cluster documents, by the name of their cluster.
    let clusters: [String: Layer]
    let groups: [Group]

    package init(_ documents: [StoredDocument], revision: Int64 = 0) {
        var stamps = DocumentStamps()
        self.init(documents, revision: revision, stamps: &stamps)
    }

    /// Prepares `documents`; `stamps` carries the numbers of unchanged documents from one revision to the next.
    package init(_ documents: [StoredDocument], revision: Int64, stamps: inout DocumentStamps) {
        self.documents = documents
        self.revision = revision
        stamps.trim(current: documents.count)
        var layers: [DocumentID: [Layer]] = [:]
        var clusters: [String: Layer] = [:]
        var groups: [Group] = []
        for stored in documents {
            let document = stored.document
            switch document.id.kind {
            case .cluster:
                // Clusters whose documents say the same are the same to most of what is compiled.
                var shared = document.spec
                for key in ClusterSelection.identityKeys { shared[key] = nil }
                let id = DocumentID(kind: .cluster, name: "")
                clusters[document.id.name] = Layer(
                    scope: document.id.scope,
                    document: stored,
                    stamp: stamps.stamp(of: Document(id: id, spec: document.spec)),
                    sharedStamp: stamps.stamp(of: Document(id: id, spec: shared))
                )
            case .group:
                guard let selector = document.spec["selector"]?.objectValue?.compactMapValues(\.stringValue) else {
                    continue
                }
                let priority = document.spec["priority"]?.integerValue ?? 0
                groups.append(Group(name: document.id.name, selector: selector, priority: priority))
            default:
                let stamp = stamps.stamp(of: document)
                let layer = Layer(scope: document.id.scope, document: stored, stamp: stamp, sharedStamp: stamp)
                layers[document.id.at(.platform), default: []].append(layer)
            }
        }
        self.clusters = clusters
        self.groups = groups
        let entries = layers.map { Entry(id: $0, layers: $1) }.sorted { $0.id < $1.id }
        platform = entries.filter { [.settings, .app, .policy].contains($0.id.kind) }
        let things = Dictionary(grouping: entries.filter { $0.id.team != nil }, by: \.id.team)
        teams = entries.filter { $0.id.kind == .team }.map { TeamEntry(team: $0, things: things[$0.id.name] ?? []) }
    }

    /// The teams that have a document, by name.
    package var teamNames: [String] { teams.map(\.team.id.name) }

    /// What of it applies to `cluster`.
    package func selection(for cluster: ClusterIdentity) -> ClusterSelection {
        ClusterSelection(
            cluster: cluster,
            document: clusters[cluster.name],
            priorities: priorities(of: cluster),
            index: self
        )
    }

    /// The priorities of the groups that `cluster` belongs to, by their names.
    func priorities(of cluster: ClusterIdentity) -> [String: Int64] {
        var priorities: [String: Int64] = [:]
        for group in groups where cluster.matches(group.selector) { priorities[group.name] = group.priority }
        return priorities
    }
}

extension DocumentIndex.Entry {
    init(id: DocumentID, layers: [DocumentIndex.Layer]) {
        self.id = id
        self.layers = layers
        if !id.kind.hasPlacement {
            placement = .everywhere
        } else {
            placement = layers.count == 1 ? Placement(of: layers[0].document.document.spec) : nil
        }
        isUniform = layers.count == 1 && layers[0].scope == .platform && placement == .everywhere
        node = LayeredDocument(id: id, layers: layers.map(\.document))
    }

    /// The layers that apply to `cluster`, lowest first; `nil` when none does, or the document does not go there.
    func layers(for cluster: ClusterIdentity, priorities: [String: Int64]) -> [DocumentIndex.Layer]? {
        if isUniform { return layers }
        let applying = applying(to: cluster, priorities: priorities)
        guard !applying.isEmpty else { return nil }
        return placement(applying).includes(cluster) ? applying : nil
    }

    /// The layers that speak about `cluster`, lowest first, wherever the document goes.
    func applying(to cluster: ClusterIdentity, priorities: [String: Int64]) -> [DocumentIndex.Layer] {
        let applying = layers.filter { layer in
            switch layer.scope {
            case .platform: true
            case .group(let name): priorities[name] != nil
            case .cluster(let name): name == cluster.name
            }
        }
        return applying.sorted { Self.rank($0.scope, priorities) < Self.rank($1.scope, priorities) }
    }

    /// Where the layers together say that the document goes.
    func placement(_ layers: [DocumentIndex.Layer]) -> Placement {
        if let placement { return placement }
        let specs = layers.map { layer -> JSONValue in
            layer.document.document.spec["placement"].map { ["placement": $0] } ?? [:]
        }
        return Placement(of: Layers.merge(specs))
    }

    private static func rank(_ scope: Scope, _ priorities: [String: Int64]) -> (Int, Int64, String) {
        switch scope {
        case .platform: (0, 0, "")
        case .group(let name): (1, priorities[name] ?? 0, name)
        case .cluster: (2, 0, "")
        }
    }
}
