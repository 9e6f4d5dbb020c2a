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
    /// Everything that leads from outside to the interfaces of the platform's applications, and what the clusters' gateways
    /// need beside routes.
    ///
    /// `routes` are all interfaces of enabled applications; a list is all that is needed for them to have hosts,
    /// certificates and sign-on in either routing style.
    func exposureObjects(with routes: [AppRoute]) -> [Manifest] {
        let builder = RouteBuilder(
            owner: .platform,
            cluster: cluster,
            foreignPassthroughHosts: passthroughHosts
        )
        let hasCloudLoadBalancer = cluster.ingress.cloudLoadBalancer != nil && cluster.ingress.style == .istio
        let namespace = Manifest(
            .namespace,
            PlatformNamespaces.ingress,
            labels: [PlatformNamespaces.namespaceNameLabel: PlatformNamespaces.ingress]
        )
        return (hasCloudLoadBalancer ? [namespace] : [])
            + ingressClasses + meshGateways + gatewayPolicies
            + builder.manifests(builder.routes(routes))
    }

    /// The hosts of teams below the cluster's domain whose connections are passed through.
    private var passthroughHosts: [String] {
        guard let domain = cluster.domainSuffix else { return [] }
        var hosts: Set<String> = []
        for team in tree["teams"]?.objectValue?.values.map(\.self) ?? [] {
            for service in team["services"]?.objectValue?.values.map(\.self) ?? [] {
                let exposure = service["exposure"]
                guard exposure?["tlsPass"]?.boolValue == true else { continue }
                for host in [exposure?["host"], exposure?["cname"]?["domain"]] {
                    guard let host = host?.stringValue?.lowercased(), host.hasSuffix("." + domain) else { continue }
                    hosts.insert(host)
                }
            }
        }
        return hosts.sorted()
    }
}
