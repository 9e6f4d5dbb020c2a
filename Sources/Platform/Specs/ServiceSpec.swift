import JSON

/// What a service's document says.
struct ServiceSpec: Spec {
    /// What runs behind the service.
    enum Workload {
        /// A Kubernetes Service that something else makes.
        case existingService
        /// A Knative Service that something else makes.
        case existingKnativeService
        /// A Knative Service of this container, which we make.
        case knativeService(KnativeSpec)

        /// Whether Knative runs it, whoever makes it.
        var isKnative: Bool {
            switch self {
            case .existingService: false
            case .existingKnativeService, .knativeService: true
            }
        }
    }

    let port: Int
    let workload: Workload
    let exposure: ExposureSpec
    let networkPolicy: ServiceNetworkSpec

    init(json: JSONValue) throws(JSONError) {
        port = try json.optional("port") ?? 80
        exposure = try json.spec("exposure") ?? .clusterOnly
        networkPolicy = try json.spec("networkPolicy") ?? .denyAll
        let predeployed = try json.optional("predeployed", as: String.self)
        if let container = try json.spec("container", as: KnativeSpec.self) {
            workload = .knativeService(container)
        } else {
            switch predeployed ?? "service" {
            case "service": workload = .existingService
            case "knative": workload = .existingKnativeService
            default: throw JSONError("\"service\" or \"knative\" is expected", at: JSONPointer(["predeployed"]))
            }
        }
    }

    /// The label that the pods behind the service carry.
    func podLabel(of name: String) -> (key: String, value: String) {
        switch workload {
        case .existingService: ("app", name)
        case .existingKnativeService, .knativeService: ("serving.knative.dev/service", name)
        }
    }
}

/// A container that Knative runs and scales.
struct KnativeSpec: Spec {
    let container: ContainerSpec
    /// `nil`: Knative infers it.
    let containerPort: Int?
    let scaleToZero: Bool
    let annotations: [String: String]

    init(json: JSONValue) throws(JSONError) {
        container = try ContainerSpec(json: json)
        containerPort = try json.optional("containerPort")
        scaleToZero = try json.optional("scaleToZero") ?? false
        annotations = try json.textMap("annotations")
    }
}
