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
        let team = spec.merging(["services": services, "jobs": jobs, "secrets": secrets])
        var tree: JSONValue = [
            "cluster": cluster, "settings": settings, "apps": apps, "policies": [:], "teams": ["demo": team],
        ]
        if let domain = cluster["domainSuffix"]?.stringValue {
            tree["derived"] = ["oidcIssuer": .string("https://keycloak.\(domain)/realms/otomi")]
        }
        return tree
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
    /// The compilation of `tree`.
    init(of tree: JSONValue) {
        var compiler = Compiler(tree: tree)
        self = compiler.compilation()
    }

    /// The objects of the kinds, in every layer.
    func objects(_ kinds: ObjectKind...) -> [JSONValue] {
        objects.filter { $0.isOne(of: kinds) }
    }

    /// The objects of the kinds without the platform's own.
    func teamObjects(_ kinds: ObjectKind...) -> [JSONValue] {
        layers.filter { $0.name != "platform" }.flatMap(\.objects).filter { $0.isOne(of: kinds) }
    }

    /// The object of a kind and name.
    func object(_ kind: ObjectKind, _ name: String) -> JSONValue? {
        objects(kind).first { $0["metadata"]?["name"]?.stringValue == name }
    }
}

extension JSONValue {
    /// Whether the object is of one of the kinds.
    func isOne(of kinds: [ObjectKind]) -> Bool {
        kinds.contains { $0.name == self["kind"]?.stringValue && $0.apiVersion == self["apiVersion"]?.stringValue }
    }
}
