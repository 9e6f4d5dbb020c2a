import JSON
import Values

/// The addresses of a whole cluster: every host and path belongs to one service.
enum URLPlan {
    /// What the platform itself answers under the cluster's domain; a service there could take its sign-ins.
    static let platformHosts = [
        "alertmanager", "api", "apps", "argocd", "auth", "console", "drone", "gitea", "grafana", "harbor", "jaeger",
        "keycloak", "kiali", "kubeapps", "loki", "notary", "otomi", "prometheus", "tracing", "vault",
    ]

    /// Reports services that claim an address that is taken, and ones that have none.
    static func check(_ teams: [Team], on cluster: ClusterFacts, _ faults: inout FaultLog) {
        var claims: [String: (team: String, service: String)] = [:]
        for team in teams {
            for service in team.services where service.spec.exposure.reach != .cluster {
                guard let exposure = Exposure(service, of: team, on: cluster) else {
                    reportNoHost(service, of: team, on: cluster, &faults)
                    continue
                }
                checkHost(exposure, of: team, on: cluster, &faults)
                for (index, path) in (exposure.paths.isEmpty ? ["/"] : exposure.paths).enumerated() {
                    let url = exposure.host + path
                    if let other = claims[url] {
                        let place = exposure.paths.isEmpty ? ["exposure"] : ["exposure", "paths", String(index)]
                        report(
                            team,
                            service,
                            at: place,
                            "'\(url)' is the address of service '\(other.service)' of team '\(other.team)'",
                            hint: "choose another domain or path",
                            &faults
                        )
                    } else {
                        claims[url] = (team.name, service.name)
                    }
                }
            }
        }
    }

    private static func checkHost(
        _ exposure: Exposure,
        of team: Team,
        on cluster: ClusterFacts,
        _ faults: inout FaultLog
    ) {
        let service = exposure.service
        if exposure.host.utf8.count > ObjectName.maximumHostBytes {
            let excess = exposure.host.utf8.count - ObjectName.maximumHostBytes
            let part = exposure.isDefaultHost ? "the name of the service or of its team" : "the domain"
            return report(
                team,
                service,
                at: exposure.isDefaultHost ? [] : ["exposure", "domain"],
                "'\(exposure.host)' is longer than the \(ObjectName.maximumHostBytes) bytes that a certificate allows",
                hint: "shorten \(part) by \(excess) bytes, or set a shorter exposure.domain",
                &faults
            )
        }
        guard !exposure.isDefaultHost, let suffix = cluster.domainSuffix else { return }
        guard exposure.host == suffix || exposure.host.hasSuffix("." + suffix) else { return }
        // Under the cluster's own domain a team has its own subdomain, and names that nobody else has.
        let labels = exposure.host.dropLast(exposure.host == suffix ? suffix.count : suffix.count + 1)
            .split(separator: ".")
        let isForeign = labels.last.map { $0.hasPrefix("team-") && $0 != team.namespace } ?? true
        if isForeign || (labels.count == 1 && platformHosts.contains(String(labels[0]))) {
            report(
                team,
                service,
                at: ["exposure", "domain"],
                "'\(exposure.host)' belongs to the platform or to another team",
                hint: "use a host under '\(team.namespace).\(suffix)' or a domain of your own",
                &faults
            )
        }
    }

    private static func reportNoHost(
        _ service: Named<ServiceSpec>,
        of team: Team,
        on cluster: ClusterFacts,
        _ faults: inout FaultLog
    ) {
        if let domain = service.spec.exposure.domain, !domain.isEmpty {
            return report(team, service, at: ["exposure", "domain"], "'\(domain)' is no host name", &faults)
        }
        guard let suffix = cluster.domainSuffix else {
            return report(
                team,
                service,
                at: ["exposure", "type"],
                "the cluster has no domain suffix, so the service has no host",
                hint: "set domainSuffix of the cluster, or exposure.domain of the service",
                &faults
            )
        }
        report(team, service, at: ["exposure"], "no host name can be made with the domain suffix '\(suffix)'", &faults)
    }

    private static func report(
        _ team: Team,
        _ service: Named<ServiceSpec>,
        at place: [String],
        _ message: String,
        hint: String? = nil,
        _ faults: inout FaultLog
    ) {
        faults.report(
            .service,
            team: team.name,
            name: service.name,
            at: JSONPointer(place),
            message,
            hint: hint
        )
    }
}
