import JSON

extension RouteBuilder {
    /// The Istio Gateways of the owner.
    ///
    /// Those of a team are public and private, ending TLS before them or passing it through; only those in use. The
    /// platform's are for what anybody may see, and for what is behind sign-on; both are always there.
    func istioGateways(_ routes: [Route]) -> [Manifest] {
        let bound = Dictionary(grouping: routes.filter { virtualService($0) != nil }) { istioGateway(of: $0).name }
        switch owner {
        case .platform:
            return ["public", "auth"].map { name in
                manifest(
                    .istioGateway,
                    name,
                    in: PlatformNamespaces.istio,
                    ["spec": istioGateway(hosts: platformHosts(bound[name] ?? []), .public, tlsPass: false)]
                )
            }
        case .team(_, let namespace):
            return bound.compactMap { name, routes in
                guard let first = routes.first else { return nil }
                let hosts = Set(routes.flatMap(\.hosts).map(\.pattern)).sorted().map { "\(namespace)/\($0)" }
                return manifest(
                    .istioGateway,
                    name,
                    in: namespace,
                    ["spec": istioGateway(hosts: hosts, first.entrance.reach, tlsPass: first.tlsPass)]
                )
            }
        }
    }

    /// Each host for the one namespace that routes it, and the platform's domain for the gateways' own.
    private func platformHosts(_ routes: [Route]) -> [String] {
        var hosts = Set(routes.flatMap { route in route.hosts.map { "\(route.namespace)/\($0.name)" } })
        hosts.insert("\(PlatformNamespaces.istio)/*" + (cluster.domainSuffix.map { ".\($0)" } ?? ""))
        return hosts.sorted()
    }

    private func istioGateway(hosts: [String], _ reach: ExposureSpec.Reach, tlsPass: Bool) -> JSONValue {
        [
            "selector": ["istio": .string("ingressgateway-\(reach.gatewayLabel)")],
            "servers": [
                .members([
                    "hosts": hosts,
                    "port": tlsPass
                        ? ["name": "https", "number": 443, "protocol": "HTTPS"] as JSONValue
                        : ["name": "http", "number": 80, "protocol": "HTTP"],
                    "tls": tlsPass ? ["mode": "PASSTHROUGH"] as JSONValue : nil,
                ])
            ],
        ]
    }
}
