/// The namespaces that teams' objects refer to; whoever installs what runs in them, they exist from the first bundle on.
enum PlatformNamespaces {
    /// Istio's gateways, and the Ingresses and certificates that lead to them.
    static let istio = "istio-system"
    /// Ingress controllers, and the Ingresses for a load balancer of the cloud.
    static let ingress = "ingress"
    static let knative = "knative-serving"
    static let monitoring = "monitoring"

    /// The label by which network policies pick a namespace; API servers set it themselves from Kubernetes 1.21 on.
    static let namespaceNameLabel = "kubernetes.io/metadata.name"
}

extension PlatformBuilder {
    var namespaces: [Manifest] {
        [PlatformNamespaces.istio, PlatformNamespaces.knative, PlatformNamespaces.monitoring].map { name in
            Manifest(.namespace, name, labels: [PlatformNamespaces.namespaceNameLabel: name])
        }
    }
}
