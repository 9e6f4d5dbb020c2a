extension RouteBuilder {
    /// The routes in the style with Istio's kinds: the ingress controller ends TLS and leads to the Istio gateway of the
    /// reach, whose Gateways and VirtualServices lead on.
    func istioObjects(_ routes: [Route]) -> [Manifest] {
        // A controller refuses a host and path that two Ingresses have, so one of a host's leads to where people sign out.
        var withSignOut = Set(routes.filter(\.paths.isEmpty).flatMap(\.hosts).map(\.name))
        let ingresses = routes.map { route in
            let hosts = route.signOn == nil ? [] : route.hosts.filter { withSignOut.insert($0.name).inserted }
            return ingress(route, signOutHosts: Set(hosts.map(\.name)))
        }
        return istioGateways(routes) + ingresses + routes.compactMap(virtualService)
    }

    /// The namespace and name of the Istio Gateway that a route is bound to.
    func istioGateway(of route: Route) -> (namespace: String, name: String) {
        switch owner {
        case .platform: (PlatformNamespaces.istio, route.signOn == nil ? "public" : "auth")
        case .team(_, let namespace):
            (namespace, "\(namespace)-\(route.entrance.reach.rawValue)-\(route.tlsPass ? "tlspass" : "tlsterm")")
        }
    }
}
