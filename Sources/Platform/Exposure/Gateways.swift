import JSON

extension TeamBuilder {
    /// The team's Istio Gateways: public and private, ending TLS before them or passing it through; only those in use.
    func gateways(_ exposures: [Exposure]) -> [Manifest] {
        let wantingOne = exposures.filter { virtualService($0) != nil }
        return Dictionary(grouping: wantingOne, by: gatewayName).map { name, exposures in
            manifest(.istioGateway, name, ["spec": gateway(exposures)])
        }
    }

    /// `team-demo-public-tlsterm` and its like.
    func gatewayName(of exposure: Exposure) -> String {
        "\(team.namespace)-\(exposure.spec.reach.rawValue)-\(exposure.spec.tlsPass ? "tlspass" : "tlsterm")"
    }

    private func gateway(_ exposures: [Exposure]) -> JSONValue {
        var hosts = Set(exposures.filter { !$0.isDefaultHost }.map(\.host))
        if let suffix = cluster.domainSuffix, exposures.contains(where: \.isDefaultHost) {
            hosts.insert("*.\(team.namespace).\(suffix)")
        }
        let passes = exposures.contains { $0.spec.tlsPass }
        let reach = exposures.first?.spec.reach ?? .public
        return [
            "selector": ["istio": .string("ingressgateway-\(reach.rawValue)")],
            "servers": [
                .members([
                    "hosts": hosts.sorted().map { "\(team.namespace)/\($0)" },
                    "port": passes
                        ? ["name": "https", "number": 443, "protocol": "HTTPS"] as JSONValue
                        : ["name": "http", "number": 80, "protocol": "HTTP"],
                    "tls": passes ? ["mode": "PASSTHROUGH"] as JSONValue : nil,
                ])
            ],
        ]
    }
}
