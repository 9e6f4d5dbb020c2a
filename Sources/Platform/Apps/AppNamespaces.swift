extension PlatformNamespaces {
    /// Where Flux and everything that it reads is.
    static let flux = "flux-system"

    /// Namespaces that exist on every cluster or that the platform's layer makes; no app makes one of them.
    static let ofOthers: Set<String> = [
        "default", "kube-node-lease", "kube-public", "kube-system", istio, ingress, knative, monitoring, certManager,
        externalDNS,
    ]
}

extension AppsBuilder {
    /// Says which app an object installs.
    static let appLabel = "otomi.io/app"

    /// The namespaces of the apps; of several apps in one namespace the labels come together.
    var namespaces: [Manifest] {
        var labels: [String: [String: String]] = [PlatformNamespaces.flux: [:]]
        for entry in set.enabled {
            let namespace = entry.namespace
            labels[namespace.name, default: [:]].merge(Self.labels(of: namespace)) { first, _ in first }
        }
        return labels.keys.sorted().filter { !PlatformNamespaces.ofOthers.contains($0) }.map { name in
            Manifest(
                .namespace,
                name,
                labels: (labels[name] ?? [:]).merging([PlatformNamespaces.namespaceNameLabel: name]) { _, own in own }
            )
        }
    }

    /// What an app asks of its namespace.
    static func labels(of namespace: CatalogueEntry.Namespace) -> [String: String] {
        var labels = namespace.labels
        if let injects = namespace.meshInjection { labels["istio-injection"] = injects ? "enabled" : "disabled" }
        if !namespace.policyChecks { labels[PolicyScope.label] = PolicyScope.disabled }
        return labels
    }
}
