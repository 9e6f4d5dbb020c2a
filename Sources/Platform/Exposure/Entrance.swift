/// Where requests enter the cluster: by the platform's own load balancers, or by that of a further ingress class.
struct Entrance: Hashable {
    let reach: ExposureSpec.Reach
    /// A class of `settings/ingress`; `nil` for the platform's own of the reach.
    let className: String?

    init(_ reach: ExposureSpec.Reach, className: String? = nil) {
        self.reach = reach
        self.className = className
    }

    /// The class of the ingress controller.
    var ingressClass: String { className ?? (reach == .private ? "nginx-private" : "nginx") }

    /// A part of names that tells entrances apart.
    var name: String { className.map { "class-\($0)" } ?? reach.rawValue }

    /// The Istio ingress gateway that ends TLS in the style of the Gateway API: every load balancer has one.
    var gatewayService: String { "istio-ingressgateway-\(name)" }

    /// The label of that gateway's pods.
    var gatewayPods: [String: String] { ["istio": "ingressgateway-\(name)"] }
}

extension ExposureSpec.Reach {
    /// The Istio ingress gateway behind the controllers.
    var gatewayService: String { "istio-ingressgateway-\(gatewayLabel)" }

    /// What follows `ingressgateway-` in the label `istio` of the gateway's pods.
    var gatewayLabel: String { self == .private ? "private" : "public" }
}
