import JSON

extension PlatformBuilder {
    /// Istio's gateways beside those of routes: for requests from inside the cluster, to Knative, and out of it.
    var meshGateways: [Manifest] {
        var gateways: [Manifest] = []
        let isStyledWithIstio = cluster.ingress.style == .istio
        if isStyledWithIstio { gateways.append(meshGateway("knative", pods: "ingressgateway-public", port: 80)) }
        gateways.append(meshGateway("local", pods: "ingressgateway-public", port: 8081))
        if cluster.hasEgressGateway { gateways.append(egressGateway) }
        return gateways
    }

    /// A gateway for all hosts: what is not routed through it is not served.
    private func meshGateway(_ name: String, pods: String, port: Int) -> Manifest {
        let server: JSONValue = ["hosts": ["*"], "port": ["name": "http", "number": port.json, "protocol": "HTTP"]]
        return Manifest(
            .istioGateway,
            name,
            in: PlatformNamespaces.istio,
            ["spec": ["selector": ["istio": .string(pods)], "servers": [server]]]
        )
    }

    /// Where traffic leaves the cluster, still in its own TLS.
    private var egressGateway: Manifest {
        let servers: JSONValue = [
            ["hosts": ["*"], "port": ["name": "http", "number": 80, "protocol": "HTTP"]],
            [
                "hosts": ["*"], "port": ["name": "tls", "number": 443, "protocol": "TLS"],
                "tls": ["mode": "PASSTHROUGH"],
            ],
        ]
        return Manifest(
            .istioGateway,
            EgressGateway.name,
            in: PlatformNamespaces.istio,
            ["spec": ["selector": ["istio": "egressgateway"], "servers": servers]]
        )
    }

    /// The ingress classes, for the controllers that the platform runs; none where the gateways end TLS themselves.
    var ingressClasses: [Manifest] {
        guard cluster.ingress.style == .istio else { return [] }
        let own = [("nginx", "k8s.io/ingress-nginx"), ("nginx-private", "k8s.io/ingress-nginx-private")]
        let further = cluster.ingress.classes.keys.sorted().map { ($0, "k8s.io/\($0)") }
        return (own + further).map { name, controller in
            Manifest(.ingressClass, name, ["spec": ["controller": .string(controller)]])
        }
    }
}
