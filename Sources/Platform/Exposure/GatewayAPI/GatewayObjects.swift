import JSON

extension RouteBuilder {
    /// The most listeners that a Gateway may have.
    static let maximumListeners = 64
    /// The most rules that an HTTPRoute may have.
    static let maximumRules = 16

    /// The routes in the style of the Gateway API: Gateways of the owner end TLS at the shared ingress gateways, and
    /// HTTPRoutes and TLSRoutes lead on.
    func gatewayObjects(_ routes: [Route]) -> [Manifest] {
        let own = routes.filter(\.tlsPass).flatMap(\.hosts).map(\.name)
        let passing = Set(own + foreignPassthroughHosts).sorted()
        return gateways(routes)
            + routes.flatMap { $0.tlsPass ? tlsRoutes($0) : httpRoutes($0) }
            + routes.compactMap { gatewaySignOn($0, passing: passing) }
            + routes.compactMap { gatewayGroups($0, passing: passing) }
    }

    /// `team-demo-public`, `team-demo-<class>` and their like.
    func gatewayName(_ entrance: Entrance) -> String { "\(owner.prefix)-\(entrance.name)" }

    /// A route's parents: the listeners of its hosts.
    func parents(_ route: Route, _ transport: Listener.Transport) -> [JSONValue] {
        let listeners = Set(route.hosts.map { Listener(transport, pattern: $0.pattern).name })
        return listeners.sorted().map { listener in
            [
                "name": .string(gatewayName(route.entrance)), "namespace": .string(PlatformNamespaces.istio),
                "sectionName": .string(listener),
            ]
        }
    }

    /// What the main route of a host listens to: plain HTTP where the cloud's load balancer ends TLS.
    func mainTransport(_ route: Route) -> Listener.Transport {
        if route.tlsPass { return .tls }
        return cluster.ingress.cloudLoadBalancer(before: route.entrance) == nil ? .https : .http
    }
}

/// One host, or all hosts under a name, at one port of a Gateway.
struct Listener: Hashable {
    /// What is spoken.
    enum Transport: String {
        case http
        case https
        /// TLS that is passed through.
        case tls
    }

    let transport: Transport
    let pattern: String

    init(_ transport: Transport, pattern: String) {
        self.transport = transport
        self.pattern = pattern
    }

    var name: String {
        "\(transport.rawValue)-\(pattern.hasPrefix("*.") ? "any.\(pattern.dropFirst(2))" : pattern)"
    }
}
