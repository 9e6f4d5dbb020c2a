import JSON

extension TeamBuilder {
    /// The hosts below the cluster's domain whose connections are passed through.
    var passthroughHosts: [String] {
        guard let domain = cluster.domainSuffix else { return [] }
        return exposures.filter(\.spec.tlsPass).flatMap(\.hosts).map(\.name).filter { $0.hasSuffix("." + domain) }
    }

    /// The services that can be reached from outside.
    var exposures: [Exposure] {
        team.services.compactMap { Exposure($0, of: team, on: cluster) }
    }

    /// Everything on the way from the load balancer to the team's services and to the interfaces of its applications.
    ///
    /// `routes` are the interfaces of applications that run for the team, such as its Grafana.
    func exposureObjects(with routes: [AppRoute]) -> [Manifest] {
        let exposures = exposures
        let owner = RouteBuilder.Owner.team(name: team.name, namespace: team.namespace)
        let builder = RouteBuilder(owner: owner, cluster: cluster)
        return builder.manifests(exposures.map(route) + builder.routes(routes))
            + certificateCopies(exposures)
            + signOnPolicies(exposures)
    }

    /// Whether Knative's own route serves the service to the outside, on the default host and all of its paths.
    ///
    /// Everything else goes through the team's gateway and a route to Knative's cluster-local one, so that no host has two
    /// routes. The Gateway API has no route of Knative's.
    func isServedByKnative(_ service: Named<ServiceSpec>) -> Bool {
        guard cluster.ingress.style == .istio, let exposure = Exposure(service, of: team, on: cluster) else {
            return false
        }
        let spec = exposure.spec
        return spec.reach == .public && exposure.hosts.count == 1 && exposure.hosts[0].isDefault
            && exposure.paths.isEmpty && !spec.tlsPass && spec.requestHeaders.isEmpty && spec.responseHeaders.isEmpty
    }

    func route(_ exposure: Exposure) -> Route {
        let spec = exposure.spec
        return Route(
            name: exposure.name,
            namespace: team.namespace,
            labels: [Exposure.serviceLabel: exposure.name],
            entrance: exposure.entrance,
            hosts: exposure.hosts.map { host in
                let isCovered = host.isUnderWildcard && !spec.tlsPass && host.certificate == .teamWildcard
                return Route.Host(
                    name: host.name,
                    pattern: isCovered ? wildcard ?? host.name : host.name,
                    certificate: certificate(of: host)
                )
            },
            paths: exposure.paths,
            forwardPath: spec.forwardPath,
            tlsPass: spec.tlsPass,
            signOn: spec.auth && !spec.tlsPass ? .team(team) : nil,
            requestHeaders: spec.requestHeaders,
            responseHeaders: spec.responseHeaders,
            destination: destination(of: exposure),
            certificateARN: spec.certArn,
            knativeHost: knativeHost(of: exposure)
        )
    }

    /// All hosts directly below the team's domain.
    private var wildcard: String? { cluster.domainSuffix.map { "*.\(team.namespace).\($0)" } }

    private func certificate(of host: Exposure.Host) -> Route.Host.Certificate {
        switch host.certificate {
        case .passthrough, .external: .elsewhere
        case .own(let secret): .secret(copyName(of: secret))
        case .teamWildcard: .issued(secret: "\(team.namespace).tls", name: wildcard ?? host.name)
        case .issued: .issued(secret: "\(host.name).\(team.namespace).tls", name: host.name)
        }
    }

    /// The host that Knative's own route serves.
    ///
    /// An existing Knative service keeps the public route that it has for the default host, whatever its paths.
    private func knativeHost(of exposure: Exposure) -> String? {
        guard cluster.ingress.style == .istio, let host = exposure.hosts.first, host.isDefault else { return nil }
        switch exposure.service.spec.workload {
        case .existingService: return nil
        case .knativeService: return isServedByKnative(exposure.service) ? host.name : nil
        case .existingKnativeService: return exposure.spec.reach == .public ? host.name : nil
        }
    }

    private func destination(of exposure: Exposure) -> Route.Destination {
        let spec = exposure.service.spec
        guard !spec.workload.isKnative else {
            if exposure.spec.tlsPass { return .services([Route.Backend(name: exposure.name, port: 443)]) }
            return .knative(authority: "\(exposure.name).\(team.namespace).svc.cluster.local")
        }
        // 80 is the port of a service that names none, and nobody speaks TLS there.
        let port = exposure.spec.tlsPass && spec.port == 80 ? 443 : spec.port
        guard let split = exposure.spec.trafficSplit else {
            return .services([Route.Backend(name: exposure.name, port: port)])
        }
        return .services([
            Route.Backend(name: "\(exposure.name)-v1", port: port, weight: split.weightV1),
            Route.Backend(name: "\(exposure.name)-v2", port: port, weight: split.weightV2),
        ])
    }
}
