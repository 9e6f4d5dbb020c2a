import JSON

/// One document of the effective values with the layers it was made of, lowest first.
struct LayeredDocument: Sendable {
    let id: DocumentID
    let layers: [StoredDocument]
}

/// Makes trees of the documents that apply to a cluster.
enum Layering {
    /// `settings`, `apps` and `policies` with the defaults; `appsElsewhere` are apps that documents speak of, but that do not
    /// go to the cluster.
    static func platform(_ nodes: [LayeredDocument], appsElsewhere: [String]) -> JSONValue {
        var settings: [String: JSONValue] = [:]
        for name in SchemaLibrary.shared.sectionsAlwaysPresent {
            settings[name] = completed(.object([:]), .settings, name)
        }
        var apps: [String: JSONValue] = [:]
        var policies: [String: JSONValue] = [:]
        for node in nodes {
            switch node.id.kind {
            case .settings: settings[node.id.name] = completed(node)
            case .policy: policies[node.id.name] = completed(node)
            case .app: apps[node.id.name] = completed(node)
            case .cluster, .group, .team, .service, .job, .secret: break
            }
        }
        var tree: JSONValue = ["settings": .object(settings), "apps": .object(apps), "policies": .object(policies)]
        if !appsElsewhere.isEmpty { tree["derived"] = ["appsElsewhere": appsElsewhere.json] }
        return tree
    }

    /// A team's spec with its services, jobs and secrets by name; the first of `nodes` is the team's own document.
    static func team(_ nodes: [LayeredDocument]) -> JSONValue {
        var members: [String: JSONValue] = [:]
        var things: [String: [String: JSONValue]] = ["services": [:], "jobs": [:], "secrets": [:]]
        for node in nodes {
            guard let spec = completed(node) else { continue }
            if let list = list(of: node.id.kind) {
                things[list, default: [:]][node.id.name] = spec
            } else {
                members = spec.objectValue ?? [:]
            }
        }
        for (list, all) in things { members[list] = .object(all) }
        return .object(members)
    }

    /// The merged spec with the defaults of its schema.
    static func completed(_ node: LayeredDocument) -> JSONValue? {
        var merged = Layers.merge(node.layers.map(\.document.spec))
        if node.id.kind.hasPlacement { merged["placement"] = nil }
        return completed(merged, node.id.kind, node.id.name)
    }

    /// The place of every document's spec in the effective values.
    static func places(of selection: ClusterSelection) -> [(place: [String], node: LayeredDocument)] {
        var result: [(place: [String], node: LayeredDocument)] = [(["cluster"], selection.clusterNode)]
        for node in selection.platformNodes {
            switch node.id.kind {
            case .settings: result.append((["settings", node.id.name], node))
            case .policy: result.append((["policies", node.id.name], node))
            case .app: result.append((["apps", node.id.name], node))
            case .cluster, .group, .team, .service, .job, .secret: break
            }
        }
        for team in selection.teams {
            // A team's things lie inside the team, so they come first.
            for node in team.nodes.dropFirst() {
                guard let list = list(of: node.id.kind) else { continue }
                result.append((["teams", team.name, list, node.id.name], node))
            }
            for node in team.nodes.prefix(1) { result.append((["teams", team.name], node)) }
        }
        return result
    }

    private static func list(of kind: Kind) -> String? {
        switch kind {
        case .service: "services"
        case .job: "jobs"
        case .secret: "secrets"
        case .cluster, .group, .settings, .app, .policy, .team: nil
        }
    }

    private static func completed(_ merged: JSONValue, _ kind: Kind, _ name: String) -> JSONValue {
        let schema = Schema.compiled(kind, name: name)
        return Layers.withoutRemoved(schema?.fillingDefaults(in: merged) ?? merged)
    }
}
