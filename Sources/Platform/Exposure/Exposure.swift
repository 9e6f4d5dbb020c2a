import JSON
import Values

/// A service that is reachable from outside its cluster, with everything about its address settled.
struct Exposure {
    /// Where the certificate of a host comes from.
    enum Certificate: Hashable {
        /// The service ends TLS itself.
        case passthrough
        /// The cloud's load balancer has it.
        case external(arn: String?)
        /// A secret of the team, copied to the gateways.
        case own(secret: String)
        /// The team's certificate for all its default hosts.
        case teamWildcard
        /// Issued for this host.
        case issued
    }

    /// A host of the service.
    struct Host: Hashable {
        let name: String
        let certificate: Certificate
        /// The one that services have which name none.
        let isDefault: Bool
        /// It is directly below the team's own domain, so that the team's wildcard stands for it.
        let isUnderWildcard: Bool
        /// The member of the document that says it.
        let place: [String]
    }

    let service: Named<ServiceSpec>
    /// The main host, and a further one if there is any.
    let hosts: [Host]
    /// Path prefixes that begin with a slash, do not end with one, and occur once; empty is all paths.
    let paths: [String]
    let entrance: Entrance

    static let serviceLabel = "otomi.io/service"

    var spec: ExposureSpec { service.spec.exposure }
    var name: String { service.name }

    /// `nil` for a service that stays inside its cluster, for a default host on a cluster without a domain, and for a
    /// domain that is no host name.
    init?(_ service: Named<ServiceSpec>, of team: Team, on cluster: ClusterFacts) {
        let spec = service.spec.exposure
        guard spec.reach != .cluster else { return nil }
        let known = spec.ingressClassName.flatMap { cluster.ingress.classes[$0] == nil ? nil : $0 }
        let entrance = Entrance(spec.reach, className: known)
        let teamDomain = cluster.domainSuffix.map { "\(team.namespace).\($0)" }
        let defaultHost = teamDomain.map { "\(service.name).\($0)" }
        let domain = spec.domain.flatMap { $0.isEmpty ? nil : $0.lowercased() }
        guard let main = domain ?? defaultHost, ObjectName.isHost(main) else { return nil }

        func host(_ name: String, secret: String?, arn: String?, at place: [String]) -> Host {
            let isUnderWildcard = teamDomain.map { Self.isLabel(of: name, below: $0) } ?? false
            let balancer = cluster.ingress.cloudLoadBalancer(before: entrance)
            let certificate: Certificate =
                if spec.tlsPass {
                    .passthrough
                } else if balancer == .aws {
                    .external(arn: arn)
                } else if let secret, ObjectName.isSubdomain(secret) {
                    .own(secret: secret)
                } else {
                    isUnderWildcard ? .teamWildcard : .issued
                }
            return Host(
                name: name,
                certificate: certificate,
                isDefault: name == defaultHost,
                isUnderWildcard: isUnderWildcard,
                place: place
            )
        }

        let mainPlace = main == defaultHost && domain == nil ? ["exposure"] : ["exposure", "domain"]
        var hosts = [host(main, secret: spec.certName, arn: spec.certArn, at: mainPlace)]
        if let cname = spec.cname, ObjectName.isHost(cname.domain.lowercased()), cname.domain.lowercased() != main {
            let place = ["exposure", "cname", "domain"]
            hosts.append(host(cname.domain.lowercased(), secret: cname.tlsSecretName, arn: nil, at: place))
        }
        self.service = service
        self.hosts = hosts
        self.entrance = entrance
        // A connection that is passed through has no path to look at.
        paths = spec.tlsPass ? [] : PathPrefix.normalised(spec.paths)
    }

    /// Whether `host` is one label and `domain`: what a wildcard certificate for `*.<domain>` covers.
    static func isLabel(of host: String, below domain: String) -> Bool {
        guard host.hasSuffix("." + domain) else { return false }
        let label = host.dropLast(domain.count + 1)
        return !label.isEmpty && !label.contains(".")
    }
}
