import JSON

/// How requests reach the services of a cluster.
struct IngressFacts: Hashable {
    /// What leads from the load balancer to a service.
    enum Style: String {
        /// Ingress, Istio Gateway and VirtualService.
        case istio
        /// Gateway and HTTPRoute of the Kubernetes Gateway API.
        case gatewayAPI = "gateway-api"
    }

    /// A load balancer of the cloud that ends TLS in front of the cluster.
    enum CloudLoadBalancer: String {
        case aws
        case azure
    }

    /// An ingress class with a load balancer of its own.
    struct Class: Hashable {
        let reach: ExposureSpec.Reach
        /// The ranges that may connect; empty is everybody.
        let sourceRanges: [String]

        init(_ json: JSONValue) {
            reach = json["network"] == "private" ? .private : .public
            let ranges = json["sourceIpAddressFiltering"]?.stringValue ?? ""
            sourceRanges = ranges.split { $0 == "," || $0.isWhitespace }.map(String.init)
        }
    }

    let style: Style
    /// `nil` where TLS ends inside the cluster.
    let cloudLoadBalancer: CloudLoadBalancer?
    /// The class of services that name none.
    let platform: Class
    /// The further classes by name.
    let classes: [String: Class]

    init(_ tree: JSONValue) {
        let settings = tree["settings"]?["ingress"] ?? .object([:])
        style = settings["routing"]?.stringValue.flatMap(Style.init) ?? .istio
        let hasCloudLoadBalancer = tree["settings"]?["otomi"]?["hasCloudLB"]?.boolValue ?? false
        cloudLoadBalancer =
            hasCloudLoadBalancer
            ? tree["cluster"]?["provider"]?.stringValue.flatMap(CloudLoadBalancer.init) : nil
        platform = Class(settings["platformClass"] ?? .object([:]))
        var classes: [String: Class] = [:]
        for json in settings["classes"]?.arrayValue ?? [] {
            guard let name = json["className"]?.stringValue, ObjectName.isLabel(name) else { continue }
            classes[name] = Class(json)
        }
        self.classes = classes
    }

    /// The ranges that may connect to an entrance; empty is everybody.
    func sourceRanges(of entrance: Entrance) -> [String] {
        guard let name = entrance.className else {
            return entrance.reach == platform.reach ? platform.sourceRanges : []
        }
        return classes[name]?.sourceRanges ?? []
    }

    /// The load balancer of the cloud that ends TLS before an entrance.
    func cloudLoadBalancer(before entrance: Entrance) -> CloudLoadBalancer? {
        entrance.reach == .public && entrance.className == nil ? cloudLoadBalancer : nil
    }
}
