/// The kinds of objects that the compiler emits, in the order in which a layer lists them.
enum ObjectKind: String, CaseIterable {
    case namespace = "Namespace"
    case resourceQuota = "ResourceQuota"
    case limitRange = "LimitRange"
    case serviceAccount = "ServiceAccount"
    case roleBinding = "RoleBinding"
    case secret = "Secret"
    case configMap = "ConfigMap"
    case secretStore = "SecretStore"
    case externalSecret = "ExternalSecret"
    case networkPolicy = "NetworkPolicy"
    case sidecar = "Sidecar"
    case serviceEntry = "ServiceEntry"
    case certificate = "Certificate"
    case gateway = "Gateway"
    case knativeService = "Service"
    case virtualService = "VirtualService"
    case ingress = "Ingress"
    case job = "Job"
    case cronJob = "CronJob"

    var apiVersion: String {
        switch self {
        case .namespace, .resourceQuota, .limitRange, .serviceAccount, .secret, .configMap: "v1"
        case .roleBinding: "rbac.authorization.k8s.io/v1"
        case .secretStore, .externalSecret: "external-secrets.io/v1"
        case .networkPolicy, .ingress: "networking.k8s.io/v1"
        case .sidecar, .serviceEntry, .gateway, .virtualService: "networking.istio.io/v1beta1"
        case .certificate: "cert-manager.io/v1"
        case .knativeService: "serving.knative.dev/v1"
        case .job, .cronJob: "batch/v1"
        }
    }

    /// Whether objects of this kind live in no namespace; a team gets none but its own Namespace.
    var isClusterWide: Bool { self == .namespace }
}
