/// The namespaces of what the platform runs itself; whoever installs it there, they exist from the first bundle on.
enum PlatformNamespaces {
    /// Istio's gateways, and the Ingresses and certificates that lead to them.
    static let istio = "istio-system"
    /// Ingress controllers, and the Ingresses for a load balancer of the cloud.
    static let ingress = "ingress"
    static let knative = "knative-serving"
    static let monitoring = "monitoring"
    static let certManager = "cert-manager"
    static let externalDNS = "external-dns"

    /// The label by which network policies pick a namespace; API servers set it themselves from Kubernetes 1.21 on.
    static let namespaceNameLabel = "kubernetes.io/metadata.name"

    /// The namespaces in which Istio adds no sidecar: what runs there starts before the mesh.
    private static let outsideMesh: Set<String> = [certManager, externalDNS, ingress, monitoring]

    /// The labels of a platform's namespace.
    static func labels(of name: String) -> [String: String] {
        var labels = [namespaceNameLabel: name, "name": name, "type": "platform"]
        // Istio's own pods say for themselves whether they want to be made into proxies.
        if name != istio { labels["istio-injection"] = outsideMesh.contains(name) ? "disabled" : "enabled" }
        return labels
    }
}

extension PlatformBuilder {
    var namespaces: [Manifest] {
        var names = [
            PlatformNamespaces.istio, PlatformNamespaces.ingress, PlatformNamespaces.knative,
            PlatformNamespaces.monitoring, PlatformNamespaces.certManager,
        ]
        if cluster.publishesDNS || apps.set.isOn("external-dns") { names.append(PlatformNamespaces.externalDNS) }
        return names.map { Manifest(.namespace, $0, labels: PlatformNamespaces.labels(of: $0)) }
    }
}
