import JSON

/// One document of the effective values with the layers it was made of, lowest first.
struct LayeredDocument: Sendable {
    let id: DocumentID
    let layers: [StoredDocument]
}

/// Layers and places documents for one cluster.
struct Layering {
    private let cluster: ClusterIdentity
    private(set) var tree: JSONValue = .object([:])
    private(set) var nodes: [JSONPointer: LayeredDocument] = [:]

    init(cluster: ClusterIdentity, documents: [StoredDocument]) {
        self.cluster = cluster
        let byIdentity = Self.layers(of: documents, for: cluster)
        placeCluster(byIdentity)
        var settings: [String: JSONValue] = [:]
        for name in SchemaLibrary.shared.sectionsAlwaysPresent {
            settings[name] = Self.completed(.object([:]), .settings, name)
        }
        var apps: [String: JSONValue] = [:]
        var appsElsewhere: [String] = []
        var policies: [String: JSONValue] = [:]
        for (id, layers) in byIdentity {
            switch id.kind {
            case .settings: settings[id.name] = spec(id, layers, at: ["settings", id.name])
            case .policy: policies[id.name] = spec(id, layers, at: ["policies", id.name])
            case .app:
                let app = spec(id, layers, at: ["apps", id.name])
                apps[id.name] = app
                if app == nil { appsElsewhere.append(id.name) }
            case .cluster, .group, .team, .service, .job, .secret: break
            }
        }
        tree["settings"] = .object(settings)
        tree["apps"] = .object(apps)
        tree["policies"] = .object(policies)
        tree["teams"] = .object(teams(byIdentity))
        guard !appsElsewhere.isEmpty else { return }
        tree["derived"] = ["appsElsewhere": .array(appsElsewhere.sorted().map { .string($0) })]
    }

    /// The documents that speak about `cluster`, by identity, each with its layers lowest first.
    private static func layers(
        of documents: [StoredDocument],
        for cluster: ClusterIdentity
    ) -> [DocumentID: [StoredDocument]] {
        let groups = documents.filter { $0.document.id.kind == .group }
        var priorities: [String: Int64] = [:]
        for group in groups {
            let selector = group.document.spec["selector"]?.objectValue?.compactMapValues(\.stringValue)
            guard let selector, cluster.matches(selector) else { continue }
            priorities[group.document.id.name] = group.document.spec["priority"]?.integerValue ?? 0
        }
        func rank(_ scope: Scope) -> (Int, Int64, String)? {
            switch scope {
            case .platform: (0, 0, "")
            case .group(let name): priorities[name].map { (1, $0, name) }
            case .cluster(let name): name == cluster.name ? (2, 0, "") : nil
            }
        }
        var result: [DocumentID: [(rank: (Int, Int64, String), document: StoredDocument)]] = [:]
        for document in documents {
            guard let rank = rank(document.document.id.scope) else { continue }
            result[document.document.id.at(.platform), default: []].append((rank, document))
        }
        return result.mapValues { $0.sorted { $0.rank < $1.rank }.map(\.document) }
    }

    private mutating func placeCluster(_ byIdentity: [DocumentID: [StoredDocument]]) {
        let id = DocumentID(kind: .cluster, name: cluster.name)
        var spec = spec(id, byIdentity[id] ?? [], at: ["cluster"]) ?? .object([:])
        for (key, value) in cluster.json.objectValue ?? [:] { spec[key] = value }
        tree["cluster"] = spec
    }

    private mutating func teams(_ byIdentity: [DocumentID: [StoredDocument]]) -> [String: JSONValue] {
        var teams: [String: JSONValue] = [:]
        for (id, layers) in byIdentity where id.kind == .team {
            guard var team = spec(id, layers, at: ["teams", id.name]) else { continue }
            for key in ["services", "jobs", "secrets"] { team[key] = .object([:]) }
            teams[id.name] = team
        }
        for (id, layers) in byIdentity {
            let list: String
            switch id.kind {
            case .service: list = "services"
            case .job: list = "jobs"
            case .secret: list = "secrets"
            default: continue
            }
            // A team's things go only where the team goes.
            guard let team = id.team, teams[team] != nil else { continue }
            guard let spec = spec(id, layers, at: ["teams", team, list, id.name]) else { continue }
            var things = teams[team]?[list] ?? .object([:])
            things[id.name] = spec
            teams[team]?[list] = things
        }
        return teams
    }

    /// The effective spec, remembered at its place; `nil` when the document does not go to this cluster.
    private mutating func spec(_ id: DocumentID, _ layers: [StoredDocument], at place: [String]) -> JSONValue? {
        var merged = Layers.merge(layers.map(\.document.spec))
        if id.kind.hasPlacement {
            guard Placement(of: merged).includes(cluster) else { return nil }
            merged["placement"] = nil
        }
        nodes[JSONPointer(place)] = LayeredDocument(id: id, layers: layers)
        return Self.completed(merged, id.kind, id.name)
    }

    private static func completed(_ merged: JSONValue, _ kind: Kind, _ name: String) -> JSONValue {
        let schema = Schema.compiled(kind, name: name)
        return Layers.withoutRemoved(schema?.fillingDefaults(in: merged) ?? merged)
    }
}
