import JSON
import Values

@testable import Platform

/// Effective values for tests, built up from a cluster without teams.
enum Trees {
    static let cluster: JSONValue = [
        "name": "demo", "provider": "aws", "region": "eu-central-1", "labels": [:], "domainSuffix": "demo.example.org",
    ]

    /// One team `demo` with the given things.
    static func team(
        _ spec: JSONValue = [:],
        services: JSONValue = [:],
        jobs: JSONValue = [:],
        secrets: JSONValue = [:],
        settings: JSONValue = [:],
        apps: JSONValue = [:],
        cluster: JSONValue = cluster
    ) -> JSONValue {
        var settings = settings
        // What apps are installed with is another matter than teams.
        settings["otomi"] = (["installsApps": false] as JSONValue).merging(settings["otomi"] ?? [:])
        if settings["otomi"]?["hasExternalDNS"] == true, settings["dns"]?["provider"] == nil {
            let provider: JSONValue = ["provider": ["aws": ["region": "eu-central-1"]]]
            settings["dns"] = provider.merging(settings["dns"] ?? [:])
        }
        // Nor is what watches a team of interest to those who look at its services.
        let team = (["monitoringStack": ["enabled": false]] as JSONValue).merging(spec).merging([
            "services": services, "jobs": jobs, "secrets": secrets,
        ])
        var tree: JSONValue = [
            "cluster": cluster, "settings": settings, "apps": apps, "policies": [:], "teams": ["demo": team],
        ]
        if let domain = cluster["domainSuffix"]?.stringValue {
            tree["derived"] = ["oidcIssuer": .string("https://keycloak.\(domain)/realms/otomi")]
        }
        return tree
    }

    /// One team `demo` with the given things that is watched by a Prometheus of its own.
    static func monitoredTeam(
        _ spec: JSONValue = [:],
        services: JSONValue = [:],
        settings: JSONValue = [:],
        apps: JSONValue = [:],
        cluster: JSONValue = cluster
    ) -> JSONValue {
        let monitored = (["monitoringStack": ["enabled": true]] as JSONValue).merging(spec)
        return team(monitored, services: services, settings: settings, apps: apps, cluster: cluster)
    }

    /// A container with nothing but what it has to have.
    static let container: JSONValue = [
        "image": ["repository": "nginx", "tag": "1.27.3"],
        "resources": [
            "requests": ["cpu": "50m", "memory": "64Mi"], "limits": ["cpu": "100m", "memory": "128Mi"],
        ],
    ]
}

extension Compilation {
    /// The compilation of `tree` at a revision.
    init(of tree: JSONValue, revision: Int64 = 7) {
        var shared = tree
        shared["teams"] = .object([:])
        let platform = PlatformCompilation(of: shared)
        let teams = (tree["teams"]?.objectValue ?? [:]).filter { !$0.value.isNull }.sorted { $0.key < $1.key }
        let compiled = teams.map { name, tree in
            TeamCompilation(of: name, tree: tree, surroundings: platform.surroundings, revision: revision)
        }
        let cluster = ClusterCompilation(
            of: tree["cluster"] ?? [:],
            on: platform,
            monitoredTeams: compiled.compactMap(\.monitoredName)
        )
        self = CompilationParts(platform: platform, teams: compiled).compilation(with: cluster) { _ in nil }
    }

    /// The objects of the kinds, in every layer.
    func objects(_ kinds: ObjectKind...) -> [JSONValue] {
        objects.filter { $0.isOne(of: kinds) }
    }

    /// The objects of the kinds without the platform's own, in the order of one layer.
    func teamObjects(_ kinds: ObjectKind...) -> [JSONValue] {
        let objects = layers.filter(\.isOfTeams).flatMap(\.objects)
        return ObjectKind.ordered.filter(kinds.contains).flatMap { kind in
            objects.filter { $0.isOne(of: [kind]) }.sorted { $0.place < $1.place }
        }
    }

    /// The layers, and their objects, but for those that install apps.
    private var besideApps: [CompiledLayer] {
        layers.filter {
            !["apps", "apps/cluster", "confidential/cluster", "crds", "interfaces", "sources"].contains($0.name)
        }
    }

    var layerNamesBesideApps: [String] { besideApps.map(\.name) }

    var objectsBesideApps: [JSONValue] { Compilation(layers: besideApps, faults: []).objects }

    /// The object of a kind and name.
    func object(_ kind: ObjectKind, _ name: String) -> JSONValue? {
        objects(kind).first { $0["metadata"]?["name"]?.stringValue == name }
    }
}

extension CompiledLayer {
    /// Whether the layer is about a team, or about teams.
    var isOfTeams: Bool {
        name.hasPrefix("tenancy/") || name.hasPrefix("team/") || name == "confidential/teams"
    }
}

extension JSONValue {
    /// The namespace and name of an object.
    fileprivate var place: (String, String) {
        (self["metadata"]?["namespace"]?.stringValue ?? "", self["metadata"]?["name"]?.stringValue ?? "")
    }

    /// Whether the object is of one of the kinds.
    func isOne(of kinds: [ObjectKind]) -> Bool {
        kinds.contains { $0.name == self["kind"]?.stringValue && $0.apiVersion == self["apiVersion"]?.stringValue }
    }
}

extension AppsBuilder {
    /// The cluster whose apps a test builds.
    private var named: AppsBuilder { forCluster(Trees.cluster) }

    /// All objects of the layers of apps, those that name the cluster included.
    var everything: [Manifest] { groundwork() + manifests() + named.manifests() }

    var everythingConfidential: [Manifest] { confidentialManifests() + named.confidentialManifests() }
}

extension FaultLog {
    /// The faults as if the platform's layer had said everything.
    var placed: [Fault] { faults.map { $0.placed { _ in nil } }.sorted() }
}

extension TeamBuilder {
    /// The builder of team `demo` of `tree`.
    init?(demoOf tree: JSONValue) {
        var faults = FaultLog()
        guard let team = Team(name: "demo", json: tree["teams"]?["demo"] ?? [:], &faults) else { return nil }
        self.init(team: team, cluster: ClusterFacts(tree), revision: 1)
    }
}

extension PlatformBuilder {
    init(of tree: JSONValue) {
        self.init(tree: tree, cluster: ClusterFacts(tree), apps: AppsBuilder(tree: tree))
    }

    /// What the layers hold that lead from outside to interfaces.
    func exposureObjects(with routes: [AppRoute], passing hosts: [String] = []) -> [Manifest] {
        gatewayObjects + interfaces(routes, passing: hosts)
    }
}
