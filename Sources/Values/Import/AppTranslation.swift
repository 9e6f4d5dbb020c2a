import JSON

/// Translates the values of apps, which were called charts before v0.16.
enum AppTranslation {
    /// What v0.15 called them, and what they are called since.
    private static let renamed = [
        "gatekeeper-operator": "gatekeeper", "kubernetes-external-secrets": "external-secrets",
        "nginx-ingress": "ingress-nginx", "prometheus-operator": "prometheus",
    ]

    /// Apps that drive one provider, and so belong to the cluster's scope.
    private static let providerBound: Set<String> = [
        "aws-alb-ingress-controller", "aws-ebs-csi-driver", "cluster-autoscaler", "cluster-overprovisioner",
        "external-dns",
        "host-mods", "ingress-azure", "ingress-merge", "kured", "metrics-server", "snapshot-controller",
    ]

    /// Apps that v0.16 had off unless a file said otherwise, while our default is on.
    private static let offUnlessEnabled: Set<String> = [
        "gatekeeper", "grafana", "jaeger", "kiali", "loki", "prometheus", "vault",
    ]

    static func name(of app: String) -> String { renamed[app] ?? app }

    static func isProviderBound(_ app: String) -> Bool { providerBound.contains(app) }

    static func translate(_ source: JSONValue, _ id: DocumentID, at base: JSONPointer, hasCharts: Bool) -> Translation {
        var translation = Translation(id, from: source, at: base)
        for (key, _) in source.objectValue ?? [:] where key != "_rawValues" {
            if base.tokens.last == "prometheus-operator", key == "grafana" || key == "prometheus" { continue }
            translation.move([key])
        }
        translation.move(["_rawValues"], to: ["rawValues"])
        if base.tokens.last == "prometheus-operator" {
            for key in source["prometheus"]?.objectValue?.keys.sorted() ?? [] {
                translation.move(["prometheus", key], to: [key])
            }
            translation.leave(["grafana"], because: "grafana is an app of its own")
            // Taken by a translation of its own, see ImportPlanner.
            translation.consume("grafana", "adminPassword")
        }
        if !hasCharts, offUnlessEnabled.contains(id.name), source["enabled"] == nil {
            translation.set(false, at: ["enabled"])
        }
        return translation
    }
}
