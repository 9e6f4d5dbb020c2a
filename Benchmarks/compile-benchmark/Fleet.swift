import JSON
import Values

/// The values of a fleet: teams with services everywhere, and clusters of a few profiles.
struct Fleet {
    static let teams = 20
    static let servicesPerTeam = 10
    private static let profiles = [
        ("aws", "eu-central-1"), ("aws", "us-east-1"), ("azure", "westeurope"), ("google", "europe-west4"),
        ("onprem", "lab"),
    ]

    let clusters: [ClusterIdentity]
    private(set) var documents: [StoredDocument]

    /// A fleet whose clusters have a domain each, so that no two of them share a team's layer, or one for each profile.
    init(clusterCount: Int, hasOwnDomains: Bool) {
        clusters = (0..<clusterCount).map { number in
            let profile = Self.profiles[number % Self.profiles.count]
            return ClusterIdentity(
                name: "cluster-\(number)",
                provider: profile.0,
                region: profile.1,
                labels: ["number": String(number)]
            )
        }
        documents = []
        for (number, cluster) in clusters.enumerated() {
            let domain = hasOwnDomains ? cluster.name : "profile-\(number % Self.profiles.count)"
            let id = DocumentID(kind: .cluster, scope: .cluster(cluster.name), name: cluster.name)
            write(id, ["domainSuffix": "\(domain).example.org"])
        }
        write(DocumentID(kind: .settings, name: "otomi"), ["globalPullSecret": ["username": "u", "password": "p"]])
        writeAlerts(interval: "5m")
        for team in 0..<Self.teams {
            write(DocumentID(kind: .team, name: "team-\(team)"), ["resourceQuota": ["pods": "100"]])
            for service in 0..<Self.servicesPerTeam { writeService(service, team: team, image: "1.0.0") }
        }
    }

    /// A change of one team: another image of one service.
    mutating func changeOneService(to image: String) { writeService(0, team: 0, image: image) }

    /// A change that reaches every team on every cluster.
    mutating func changePlatform() { writeAlerts(interval: "10m") }

    private mutating func writeAlerts(interval: String) {
        write(
            DocumentID(kind: .settings, name: "alerts"),
            [
                "receivers": ["slack"], "groupInterval": .string(interval),
                "slack": ["url": "https://hooks.slack.example/services/a", "channel": "mon", "channelCrit": "crit"],
            ]
        )
    }

    /// Three of ten are Kubernetes services inside the cluster, three more are private, four are public Knative services.
    private mutating func writeService(_ number: Int, team: Int, image: String) {
        let id = DocumentID(kind: .service, team: "team-\(team)", name: "service-\(number)")
        switch number {
        case 0..<4:
            write(
                id,
                [
                    "container": [
                        "image": [
                            "repository": .string("registry.example/shop/service-\(number)"), "tag": .string(image),
                        ],
                        "resources": [
                            "requests": ["cpu": "50m", "memory": "64Mi"],
                            "limits": ["cpu": "200m", "memory": "256Mi"],
                        ],
                        "env": ["LOG_LEVEL": "info", "PORT": "8080"],
                    ],
                    "exposure": ["type": "public", "paths": ["/api", "/static"]],
                    "networkPolicy": ["egressPublic": [["domain": "api.example.com"]]],
                ]
            )
        case 4..<7: write(id, ["predeployed": "service", "port": 8080, "exposure": ["type": "private"]])
        default: write(id, ["predeployed": "service", "port": 8080])
        }
    }

    private mutating func write(_ id: DocumentID, _ spec: JSONValue) {
        let stored = StoredDocument(document: Document(id: id, spec: spec), revision: 1, author: "benchmark")
        if let index = documents.firstIndex(where: { $0.document.id == id }) {
            documents[index] = stored
        } else {
            documents.append(stored)
        }
    }
}
