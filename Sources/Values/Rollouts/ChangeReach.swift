import JSON

/// Which clusters a change of the values may touch, told from the changed documents alone.
///
/// What it leaves out is certainly the same before and after; what it names may be. It costs next to nothing for each cluster,
/// where comparing what two revisions select costs a walk over all documents.
package struct ChangeReach: Sendable {
    private var names: Set<String> = []
    private var selectors: Set<[String: String]> = []
    private var isEverywhere = false

    /// What is known beside the changed documents.
    private struct Surroundings {
        /// The selectors of groups, by their names.
        var groups: [String: Set<[String: String]>] = [:]
        /// How many scopes speak of a document.
        var layers: [DocumentID: Int] = [:]
        /// Where teams of which one layer alone speaks are and were, by their names.
        var teams: [String: [Placement]] = [:]
    }

    /// What lies between the documents of two revisions; a document is the same when the revision that wrote it is.
    package init(from old: [StoredDocument], to new: [StoredDocument]) {
        let before = Dictionary(old.map { ($0.document.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.map { ($0.document.id, $0) }, uniquingKeysWith: { first, _ in first })
        var surroundings = Surroundings()
        surroundings.groups = Self.groups(old).merging(Self.groups(new)) { $0.union($1) }
        for id in Set(before.keys).union(after.keys) { surroundings.layers[id.at(.platform), default: 0] += 1 }
        for stored in old + new where stored.document.id.kind == .team {
            guard surroundings.layers[stored.document.id] == 1 else { continue }
            surroundings.teams[stored.document.id.name, default: []].append(Placement(of: stored.document.spec))
        }
        for (id, document) in before where after[id]?.revision != document.revision {
            add(document.document, surroundings)
        }
        for (id, document) in after where before[id]?.revision != document.revision {
            add(document.document, surroundings)
        }
    }

    /// Whether nothing lies between them.
    package var isEmpty: Bool { !isEverywhere && names.isEmpty && selectors.isEmpty }

    /// Whether what `cluster` runs may differ.
    package func mayTouch(_ cluster: ClusterIdentity) -> Bool {
        isEverywhere || names.contains(cluster.name) || selectors.contains { cluster.matches($0) }
    }

    private mutating func add(_ document: Document, _ surroundings: Surroundings) {
        switch (document.id.kind, document.id.scope) {
        case (.cluster, _): names.insert(document.id.name)
        case (.group, _): selectors.formUnion(surroundings.groups[document.id.name] ?? [])
        case (_, .cluster(let name)): names.insert(name)
        case (_, .group(let name)): selectors.formUnion(surroundings.groups[name] ?? [])
        case (let kind, .platform):
            // Where several layers speak, they say together where it goes. That an app is elsewhere is known everywhere.
            guard kind.hasPlacement, kind != .app, surroundings.layers[document.id] == 1 else {
                return add(teamOf: document, surroundings)
            }
            let placement = Placement(of: document.spec)
            guard placement != .everywhere else { return add(teamOf: document, surroundings) }
            add(placement)
        }
    }

    /// Adds where the team of a document is, or was: its things go nowhere else.
    private mutating func add(teamOf document: Document, _ surroundings: Surroundings) {
        guard let placements = document.id.team.flatMap({ surroundings.teams[$0] }) else {
            return isEverywhere = true
        }
        for placement in placements { add(placement) }
    }

    private mutating func add(_ placement: Placement) {
        guard placement != .everywhere else { return isEverywhere = true }
        names.formUnion(placement.clusters ?? [])
        if let selector = placement.selector { selectors.insert(selector) }
    }

    private static func groups(_ documents: [StoredDocument]) -> [String: Set<[String: String]>] {
        var groups: [String: Set<[String: String]>] = [:]
        for stored in documents where stored.document.id.kind == .group {
            let selector = stored.document.spec["selector"]?.objectValue?.compactMapValues(\.stringValue)
            if let selector { groups[stored.document.id.name, default: []].insert(selector) }
        }
        return groups
    }
}
