import JSON

/// A service that is reachable from outside its cluster, with everything about its address settled.
struct Exposure {
    /// Where the certificate of the host comes from.
    enum Certificate: Hashable {
        /// The service ends TLS itself.
        case passthrough
        /// The cloud's load balancer has it.
        case external(arn: String)
        /// A secret of the team, copied to the gateways.
        case own(secret: String)
        /// The team's certificate for all its default hosts.
        case teamWildcard
        /// Issued for this host.
        case issued
    }

    let service: Named<ServiceSpec>
    let host: String
    let isDefaultHost: Bool
    /// Path prefixes that begin with a slash, do not end with one, and occur once; empty is all paths.
    let paths: [String]
    let certificate: Certificate

    var spec: ExposureSpec { service.spec.exposure }
    var name: String { service.name }

    /// `nil` for a service that stays inside its cluster, for a default host on a cluster without a domain, and for a
    /// domain that is no host name.
    init?(_ service: Named<ServiceSpec>, of team: Team, on cluster: ClusterFacts) {
        let spec = service.spec.exposure
        guard spec.reach != .cluster else { return nil }
        let defaultHost = cluster.domainSuffix.map { "\(service.name).\(team.namespace).\($0)" }
        let domain = spec.domain.flatMap { $0.isEmpty ? nil : $0.lowercased() }
        guard let host = domain ?? defaultHost, ObjectName.isHost(host) else { return nil }
        self.service = service
        self.host = host
        isDefaultHost = host == defaultHost
        // A connection that is passed through has no path to look at.
        paths = spec.tlsPass ? [] : Self.normalised(spec.paths)
        certificate = Self.certificate(spec, isDefaultHost: isDefaultHost, of: team)
    }

    /// What is named wins; of two names the one that the team has.
    private static func certificate(_ spec: ExposureSpec, isDefaultHost: Bool, of team: Team) -> Certificate {
        if spec.tlsPass { return .passthrough }
        if let name = spec.certName, case .tls? = team.secret(name) { return .own(secret: name) }
        if let arn = spec.certArn { return .external(arn: arn) }
        if let name = spec.certName, ObjectName.isSubdomain(name) { return .own(secret: name) }
        return isDefaultHost ? .teamWildcard : .issued
    }

    private static func normalised(_ paths: [String]) -> [String] {
        var result: [String] = []
        for path in paths {
            let inner = path.split(separator: "/").joined(separator: "/")
            // The root stands for everything, whatever else is listed.
            guard !inner.isEmpty else { return [] }
            if !result.contains("/" + inner) { result.append("/" + inner) }
        }
        return result
    }
}

extension TeamBuilder {
    /// The services that can be reached from outside.
    var exposures: [Exposure] {
        team.services.compactMap { Exposure($0, of: team, on: cluster) }
    }

    /// Everything on the way from the ingress controller to a service.
    var exposureObjects: [Manifest] {
        let exposures = exposures
        return gateways(exposures)
            + exposures.map(ingress)
            + exposures.compactMap(virtualService)
            + certificates(exposures)
            + certificateCopies(exposures)
    }

    /// Whether Knative's own route serves the service to the outside, on the default host and all of its paths.
    ///
    /// Everything else goes through the team's gateway and a VirtualService to Knative's cluster-local route, so that no
    /// host has two routes.
    func isServedByKnative(_ service: Named<ServiceSpec>) -> Bool {
        guard let exposure = Exposure(service, of: team, on: cluster) else { return false }
        return exposure.spec.reach == .public && exposure.isDefaultHost && exposure.paths.isEmpty
            && !exposure.spec.tlsPass
    }
}
