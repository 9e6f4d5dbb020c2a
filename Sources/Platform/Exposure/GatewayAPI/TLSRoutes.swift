import JSON

extension RouteBuilder {
    /// The TLSRoute of a route whose destination ends TLS itself.
    func tlsRoutes(_ route: Route) -> [Manifest] {
        [
            manifest(
                .tlsRoute,
                route.name,
                in: route.namespace,
                labels: route.labels,
                annotations: dnsAnnotations(route, withTarget: false),
                [
                    "spec": [
                        "parentRefs": .array(parents(route, .tls)),
                        "hostnames": route.hosts.map(\.name).json,
                        "rules": [["backendRefs": .array(backendReferences(route))]],
                    ]
                ]
            )
        ]
    }
}
