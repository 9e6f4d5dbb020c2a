import JSON

extension RouteBuilder {
    /// The routes to interfaces of applications.
    func routes(_ routes: [AppRoute]) -> [Route] {
        routes.map { route in
            let domain = domain(of: route)
            let isCovered = domain.map { Exposure.isLabel(of: route.host, below: $0) } ?? false
            let pattern = isCovered ? domain.map { "*.\($0)" } : nil
            let entrance = Entrance(.public)
            let secret = isCovered ? "\(owner.prefix).tls" : "\(route.host).\(owner.prefix).tls"
            let isHeldByCloud = cluster.ingress.cloudLoadBalancer(before: entrance) == .aws
            return Route(
                name: "app.\(route.name)",
                namespace: route.namespace,
                labels: ["otomi.io/app": route.name],
                entrance: entrance,
                hosts: [
                    Route.Host(
                        name: route.host,
                        pattern: pattern ?? route.host,
                        certificate: isHeldByCloud ? .elsewhere : .issued(secret: secret, name: pattern ?? route.host)
                    )
                ],
                paths: route.paths,
                forwardPath: route.forwardPath,
                signOn: route.auth ? SignOn(groups: route.groups) : nil,
                requestHeaders: HeaderChanges.none.removing(route.removedRequestHeaders),
                destination: .services([Route.Backend(name: route.service, port: route.port)])
            )
        }
    }

    /// The domain whose wildcard stands for hosts directly below it.
    private func domain(of route: AppRoute) -> String? {
        switch owner {
        case .platform: cluster.domainSuffix
        case .team(_, let namespace): cluster.domainSuffix.map { "\(namespace).\($0)" }
        }
    }
}

extension PlatformBuilder {
    /// Everything that leads from outside to the interfaces of the platform's applications.
    ///
    /// A list of routes is all that is needed for them to have hosts, certificates and sign-on in either routing style;
    /// `hosts` are those of teams below the cluster's domain whose connections are passed through.
    func interfaces(_ routes: [AppRoute], passing hosts: [String]) -> [Manifest] {
        let builder = RouteBuilder(owner: .platform, cluster: cluster, foreignPassthroughHosts: hosts)
        return builder.manifests(builder.routes(routes))
    }

    /// What gateways need beside routes.
    var gatewayObjects: [Manifest] {
        ingressClasses + meshGateways + gatewayPolicies
    }
}
