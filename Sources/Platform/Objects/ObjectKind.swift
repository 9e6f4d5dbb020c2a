/// A kind of object that the compiler emits.
struct ObjectKind: Hashable {
    /// `kind` of the object; several groups may have one of the same name.
    let name: String
    let apiVersion: String
    /// Whether objects of this kind live in no namespace; a team gets none but its own Namespace.
    let isClusterWide: Bool

    private init(_ name: String, _ apiVersion: String, isClusterWide: Bool = false) {
        self.name = name
        self.apiVersion = apiVersion
        self.isClusterWide = isClusterWide
    }

    static let customResourceDefinition = ObjectKind(
        "CustomResourceDefinition",
        "apiextensions.k8s.io/v1",
        isClusterWide: true
    )
    static let namespace = ObjectKind("Namespace", "v1", isClusterWide: true)
    static let storageClass = ObjectKind("StorageClass", "storage.k8s.io/v1", isClusterWide: true)
    static let ingressClass = ObjectKind("IngressClass", "networking.k8s.io/v1", isClusterWide: true)
    static let clusterRole = ObjectKind("ClusterRole", "rbac.authorization.k8s.io/v1", isClusterWide: true)
    static let clusterRoleBinding = ObjectKind(
        "ClusterRoleBinding",
        "rbac.authorization.k8s.io/v1",
        isClusterWide: true
    )
    static let clusterIssuer = ObjectKind("ClusterIssuer", "cert-manager.io/v1", isClusterWide: true)
    static let constraintTemplate = ObjectKind(
        "ConstraintTemplate",
        "templates.gatekeeper.sh/v1",
        isClusterWide: true
    )
    static let clusterPolicy = ObjectKind("ClusterPolicy", "kyverno.io/v1", isClusterWide: true)

    static let resourceQuota = ObjectKind("ResourceQuota", "v1")
    static let limitRange = ObjectKind("LimitRange", "v1")
    static let serviceAccount = ObjectKind("ServiceAccount", "v1")
    static let role = ObjectKind("Role", "rbac.authorization.k8s.io/v1")
    static let roleBinding = ObjectKind("RoleBinding", "rbac.authorization.k8s.io/v1")
    static let secret = ObjectKind("Secret", "v1")
    static let configMap = ObjectKind("ConfigMap", "v1")
    static let secretStore = ObjectKind("SecretStore", "external-secrets.io/v1")
    static let externalSecret = ObjectKind("ExternalSecret", "external-secrets.io/v1")
    static let networkPolicy = ObjectKind("NetworkPolicy", "networking.k8s.io/v1")
    static let sidecar = ObjectKind("Sidecar", "networking.istio.io/v1beta1")
    static let serviceEntry = ObjectKind("ServiceEntry", "networking.istio.io/v1beta1")
    static let requestAuthentication = ObjectKind("RequestAuthentication", "security.istio.io/v1")
    static let authorizationPolicy = ObjectKind("AuthorizationPolicy", "security.istio.io/v1")
    static let certificate = ObjectKind("Certificate", "cert-manager.io/v1")
    static let istioGateway = ObjectKind("Gateway", "networking.istio.io/v1beta1")
    static let gateway = ObjectKind("Gateway", "gateway.networking.k8s.io/v1")
    static let service = ObjectKind("Service", "v1")
    static let deployment = ObjectKind("Deployment", "apps/v1")
    static let knativeService = ObjectKind("Service", "serving.knative.dev/v1")
    static let virtualService = ObjectKind("VirtualService", "networking.istio.io/v1beta1")
    static let httpRoute = ObjectKind("HTTPRoute", "gateway.networking.k8s.io/v1")
    static let tlsRoute = ObjectKind("TLSRoute", "gateway.networking.k8s.io/v1")
    static let ingress = ObjectKind("Ingress", "networking.k8s.io/v1")
    static let job = ObjectKind("Job", "batch/v1")
    static let cronJob = ObjectKind("CronJob", "batch/v1")
    static let prometheus = ObjectKind("Prometheus", "monitoring.coreos.com/v1")
    static let alertmanager = ObjectKind("Alertmanager", "monitoring.coreos.com/v1")
    static let prometheusRule = ObjectKind("PrometheusRule", "monitoring.coreos.com/v1")
    static let probe = ObjectKind("Probe", "monitoring.coreos.com/v1")
    static let serviceMonitor = ObjectKind("ServiceMonitor", "monitoring.coreos.com/v1")
    static let podMonitor = ObjectKind("PodMonitor", "monitoring.coreos.com/v1")
    static let helmRepository = ObjectKind("HelmRepository", "source.toolkit.fluxcd.io/v1")
    static let ociRepository = ObjectKind("OCIRepository", "source.toolkit.fluxcd.io/v1")
    static let helmRelease = ObjectKind("HelmRelease", "helm.toolkit.fluxcd.io/v2")

    /// A Gatekeeper constraint; each template defines a kind of its own.
    static func constraint(_ name: String) -> ObjectKind {
        ObjectKind(name, "constraints.gatekeeper.sh/v1beta1", isClusterWide: true)
    }

    /// A kind by its name; one that is not in `ordered` comes from the catalogue's data.
    static func named(_ name: String, _ apiVersion: String, isClusterWide: Bool) -> ObjectKind {
        ObjectKind(name, apiVersion, isClusterWide: isClusterWide)
    }

    /// The API group, empty for the core's.
    var group: String { apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : "" }

    /// Position in a layer: what others need comes first; constraints come last.
    var rank: Int { Self.ranks[self] ?? Self.ordered.count }

    /// Every kind but constraints, in the order in which a layer lists them.
    static let ordered: [ObjectKind] = [
        .customResourceDefinition, .namespace, .storageClass, .ingressClass, .clusterRole, .clusterRoleBinding,
        .clusterIssuer, .constraintTemplate, .clusterPolicy,
        .resourceQuota, .limitRange, .serviceAccount, .role, .roleBinding, .secret, .configMap, .secretStore,
        .externalSecret, .networkPolicy, .sidecar, .serviceEntry, .requestAuthentication,
        .authorizationPolicy, .certificate, .istioGateway, .gateway, .service, .deployment, .knativeService,
        .virtualService, .httpRoute, .tlsRoute, .ingress, .job, .cronJob, .prometheus, .alertmanager,
        .prometheusRule, .probe, .serviceMonitor, .podMonitor, .helmRepository, .ociRepository, .helmRelease,
    ]

    private static let ranks = Dictionary(
        ordered.enumerated().map { ($1, $0) },
        uniquingKeysWith: { first, _ in first }
    )
}

extension ObjectKind: CustomStringConvertible {
    var description: String { "\(apiVersion) \(name)" }
}
