import JSON

extension RouteBuilder {
    /// The namespace of the Ingresses for the cloud's load balancer: an Ingress can only lead to a service beside it.
    var externalNamespace: String {
        switch cluster.ingress.style {
        case .istio: PlatformNamespaces.ingress
        case .gatewayAPI: PlatformNamespaces.istio
        }
    }

    /// What leads a route's hosts from the cloud's load balancer, which ends TLS, to the first thing inside the cluster.
    func externalIngress(_ route: Route) -> Manifest? {
        guard let balancer = cluster.ingress.cloudLoadBalancer(before: route.entrance), !route.tlsPass else {
            return nil
        }
        let service =
            switch cluster.ingress.style {
            case .istio: "ingress-nginx-platform-controller"
            case .gatewayAPI: route.entrance.gatewayService
            }
        let backend: JSONValue = ["service": ["name": .string(service), "port": ["number": 80]]]
        let rules = route.hosts.map { host in
            JSONValue.object([
                "host": .string(host.name),
                "http": ["paths": [["path": "/", "pathType": "Prefix", "backend": backend]]],
            ])
        }
        var annotations = dnsAnnotations(route)
        let tls: [JSONValue]?
        switch balancer {
        case .aws:
            // The certificates are those that AWS holds for the hosts, unless one is named.
            annotations["alb.ingress.kubernetes.io/certificate-arn"] = route.certificateARN
            annotations.merge(Self.albAnnotations) { own, _ in own }
            tls = nil
        case .azure:
            annotations["appgw.ingress.kubernetes.io/ssl-redirect"] = "true"
            tls = tlsEntries(route)
        }
        return manifest(
            .ingress,
            "external.\(route.qualifiedName)",
            in: externalNamespace,
            labels: route.labels,
            annotations: annotations,
            [
                "spec": .members([
                    "ingressClassName": balancer == .aws ? "alb" : "azure-application-gateway",
                    "rules": rules,
                    "tls": tls,
                ])
            ]
        )
    }

    /// One entry for every host that has a certificate beside the Ingress; `nil` when none has.
    func tlsEntries(_ route: Route) -> [JSONValue]? {
        let entries = route.hosts.compactMap { host in
            host.tlsSecret.map { JSONValue.object(["hosts": [.string(host.name)], "secretName": .string($0)]) }
        }
        return entries.isEmpty ? nil : entries
    }

    /// All Ingresses share one load balancer, which leaves no plain HTTP.
    private static let albAnnotations = [
        "alb.ingress.kubernetes.io/group.name": "otomi",
        "alb.ingress.kubernetes.io/listen-ports": #"[{"HTTP":80},{"HTTPS":443}]"#,
        "alb.ingress.kubernetes.io/scheme": "internet-facing",
        "alb.ingress.kubernetes.io/ssl-redirect": "443",
        "alb.ingress.kubernetes.io/target-type": "ip",
    ]
}
