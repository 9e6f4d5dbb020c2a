import JSON

/// What people know a cluster by who get alerts from several: `owner/provider/name` in lower case.
///
/// It reaches every team's Prometheus through a ConfigMap that each cluster has for itself, and from there all alerts as their
/// label `cluster`: so a team's own layer is the same on all its clusters.
enum ClusterTitle {
    private static let configMapName = "otomi-cluster"
    private static let key = "title"

    /// The environment variable `CLUSTER` of a container.
    static let variable: JSONValue = [
        "name": "CLUSTER",
        "valueFrom": ["configMapKeyRef": ["name": .string(configMapName), "key": .string(key)]],
    ]

    /// The ConfigMaps of the teams that are monitored.
    static func manifests(of cluster: JSONValue, teams: [String]) -> [Manifest] {
        let text = ["owner", "provider", "name"].map { key in
            cluster[key]?.stringValue ?? (key == "owner" ? "otomi" : "")
        }.joined(separator: "/").lowercased()
        return teams.map { team in
            Manifest(
                .configMap,
                configMapName,
                in: "team-\(team)",
                labels: ["otomi.io/team": team],
                ["data": [key: .string(text)]]
            )
        }
    }
}
