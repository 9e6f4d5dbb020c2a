import JSON

/// The gateway through which traffic leaves a cluster that has one.
enum EgressGateway {
    static let name = "egress"
    static let qualifiedName = "\(PlatformNamespaces.istio)/\(name)"
    static let host = "istio-egressgateway.\(PlatformNamespaces.istio).svc.cluster.local"
}

extension TeamBuilder {
    /// Leads the team's calls of host names through the egress gateway.
    ///
    /// Wildcards and addresses cannot be the destination of a gateway's route, and other ports are none of the gateway's:
    /// they go out directly.
    var egressRoutes: [Manifest] {
        guard cluster.hasEgressGateway, team.spec.filtersEgress else { return [] }
        var protocols: [String: Set<Int>] = [:]
        for service in team.services {
            for rule in service.spec.networkPolicy.egress {
                guard case .name(let host)? = EgressHost(rule.domain) else { continue }
                for port in rule.ports where [80, 443].contains(port.number) {
                    protocols[host, default: []].insert(port.number)
                }
            }
        }
        return protocols.map { host, ports in
            manifest(
                .virtualService,
                "egress.\(host)",
                [
                    "spec": .members([
                        "hosts": [host],
                        "gateways": ["mesh", EgressGateway.qualifiedName],
                        // The gateway has to see it too, and no other team.
                        "exportTo": [".", PlatformNamespaces.istio],
                        "http": ports.contains(80) ? egressLegs(to: host, port: 80) : nil,
                        "tls": ports.contains(443) ? egressLegs(to: host, port: 443) : nil,
                    ])
                ]
            )
        }
    }

    /// The leg from the mesh to the gateway, and that from the gateway to the host.
    private func egressLegs(to host: String, port: Int) -> [JSONValue] {
        [("mesh", EgressGateway.host), (EgressGateway.qualifiedName, host)].map { gateway, destination in
            let match = JSONValue.members([
                "gateways": [gateway],
                "port": port,
                "sniHosts": port == 443 ? [host] : nil,
            ])
            let route: JSONValue = ["destination": ["host": .string(destination), "port": ["number": port.json]]]
            return ["match": [match], "route": [route]]
        }
    }
}
