import JSON
import Values

/// The addresses of a whole cluster: every host and path belongs to one service.
struct URLPlan {
    /// What the platform itself answers under the cluster's domain; a service there could take its sign-ins.
    static let platformHosts = [
        "alertmanager", "api", "apps", "argocd", "auth", "console", "drone", "gitea", "grafana", "harbor", "jaeger",
        "keycloak", "kiali", "kubeapps", "loki", "notary", "otomi", "prometheus", "tracing", "vault",
    ]

    /// An address and whose it is.
    private struct Claim {
        /// `nil`: all paths of a connection that is passed through.
        let path: String?
        let owner: String
    }

    private let cluster: ClusterFacts
    /// The hosts of the apps that are on.
    private let appHosts: Set<String>
    private var claims: [String: [Claim]] = [:]

    /// Reports services that claim an address that is taken, ones that have none, and ones that cannot be led to as they
    /// ask.
    static func check(_ teams: [Team], on platform: PlatformCompilation, _ faults: inout FaultLog) {
        let cluster = platform.surroundings.facts
        let check = ExposureCheck(cluster: cluster, zones: platform.zones)
        var plan = URLPlan(cluster: cluster, appHosts: Set(platform.builder.apps.routes.map(\.host)))
        for team in teams {
            for service in team.services where service.spec.exposure.reach != .cluster {
                var report = ExposureReport(team: team.name, service: service.name)
                if let exposure = Exposure(service, of: team, on: cluster) {
                    check.check(exposure, of: team, &report)
                    plan.add(exposure, of: team, &report)
                } else {
                    plan.reportNoHost(service, &report)
                }
                report.write(to: &faults)
            }
            check.checkListeners(of: team, &faults)
        }
    }

    private init(cluster: ClusterFacts, appHosts: Set<String>) {
        self.cluster = cluster
        self.appHosts = appHosts
    }

    private mutating func add(_ exposure: Exposure, of team: Team, _ report: inout ExposureReport) {
        let owner = "service '\(exposure.name)' of team '\(team.name)'"
        for host in exposure.hosts {
            checkHost(host, of: team, &report)
            var paths: [String?] = exposure.paths.isEmpty ? ["/"] : exposure.paths
            if exposure.spec.tlsPass { paths = [nil] }
            for path in paths {
                let other = claims[host.name]?.first { $0.path == path || $0.path == nil || path == nil }
                guard let other else {
                    claims[host.name, default: []].append(Claim(path: path, owner: owner))
                    continue
                }
                let url = path == nil || other.path == nil ? host.name : host.name + (path ?? "")
                report.add(
                    at: place(of: path, in: exposure, host),
                    "'\(url)' is the address of \(other.owner)",
                    hint: "choose another domain or path"
                )
            }
        }
    }

    private func place(of path: String?, in exposure: Exposure, _ host: Exposure.Host) -> [String] {
        if host.place.contains("cname") { return host.place }
        let index = exposure.spec.paths.firstIndex { PathPrefix.normalised($0) == path }
        guard !exposure.paths.isEmpty, let index else { return ["exposure"] }
        return ["exposure", "paths", String(index)]
    }

    private func checkHost(_ host: Exposure.Host, of team: Team, _ report: inout ExposureReport) {
        if host.name.utf8.count > ObjectName.maximumHostBytes {
            let excess = host.name.utf8.count - ObjectName.maximumHostBytes
            let part = host.isDefault ? "the name of the service or of its team" : "the domain"
            return report.add(
                at: host.isDefault ? [] : host.place,
                "'\(host.name)' is longer than the \(ObjectName.maximumHostBytes) bytes that a certificate allows",
                hint: "shorten \(part) by \(excess) bytes"
                    + (host.isDefault ? ", or set a shorter exposure.domain" : "")
            )
        }
        guard let suffix = cluster.domainSuffix else { return }
        guard host.name == suffix || host.name.hasSuffix("." + suffix) else { return }
        if host.name == "apps.\(team.namespace).\(suffix)" {
            return report.add(
                at: host.isDefault ? [] : host.place,
                "'\(host.name)' is where the platform shows the team's own applications",
                hint: host.isDefault ? "choose another name, or set exposure.domain" : "choose another domain"
            )
        }
        guard !host.isDefault else { return }
        // Under the cluster's own domain a team has its own subdomain, and names that nobody else has.
        let labels = host.name.dropLast(host.name == suffix ? suffix.count : suffix.count + 1).split(separator: ".")
        let isForeign = labels.last.map { $0.hasPrefix("team-") && $0 != team.namespace } ?? true
        let isPlatform = labels.count == 1 && Self.platformHosts.contains(String(labels[0]))
        if isForeign || isPlatform || appHosts.contains(host.name) {
            report.add(
                at: host.place,
                "'\(host.name)' belongs to the platform or to another team",
                hint: "use a host under '\(team.namespace).\(suffix)' or a domain of your own"
            )
        }
    }

    private func reportNoHost(_ service: Named<ServiceSpec>, _ report: inout ExposureReport) {
        if let domain = service.spec.exposure.domain, !domain.isEmpty {
            return report.add(at: ["exposure", "domain"], "'\(domain)' is no host name")
        }
        guard let suffix = cluster.domainSuffix else {
            return report.add(
                at: ["exposure", "type"],
                "the cluster has no domain suffix, so the service has no host",
                hint: "set domainSuffix of the cluster, or exposure.domain of the service"
            )
        }
        report.add(at: ["exposure"], "no host name can be made with the domain suffix '\(suffix)'")
    }
}
