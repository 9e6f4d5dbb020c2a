import JSON

extension RouteBuilder {
    /// The route from the owner's gateway to the destination; `nil` where Knative's own route serves every host.
    func virtualService(_ route: Route) -> Manifest? {
        let hosts = route.hosts.map(\.name).filter { $0 != route.knativeHost }
        guard !hosts.isEmpty else { return nil }
        let gateway = istioGateway(of: route)
        var spec: [String: JSONValue] = [
            "hosts": hosts.json,
            "gateways": [.string("\(gateway.namespace)/\(gateway.name)")],
        ]
        if route.tlsPass {
            let match: JSONValue = ["port": 443, "sniHosts": hosts.json]
            spec["tls"] = [["match": [match], "route": .array(destinations(route))]]
        } else {
            let signOut = route.signOn == nil ? nil : signOutRule
            spec["http"] = .array([signOut].compactMap(\.self) + [httpRule(route)])
        }
        return manifest(
            .virtualService,
            route.name,
            in: route.namespace,
            labels: route.labels,
            ["spec": .object(spec)]
        )
    }

    private func httpRule(_ route: Route) -> JSONValue {
        // `/a` and what is below it, but not `/ab`; and what is below keeps its own slash when `/a` is cut off.
        let matches = route.paths.flatMap { path in
            [["uri": ["exact": .string(path)]], ["uri": ["prefix": .string(path + "/")]]] as [JSONValue]
        }
        var rewrite: [String: JSONValue] = [:]
        if !route.paths.isEmpty, !route.forwardPath { rewrite["uri"] = "/" }
        if case .knative(let authority) = route.destination { rewrite["authority"] = .string(authority) }
        let request = route.requestHeaders.setting("X-Forwarded-Proto", "https")
        return .members([
            "match": matches.isEmpty ? nil : matches,
            "rewrite": rewrite.isEmpty ? nil : rewrite,
            "headers": JSONValue.members([
                "request": Self.headers(request),
                "response": route.responseHeaders.isEmpty ? nil : Self.headers(route.responseHeaders),
            ]),
            "route": destinations(route),
        ])
    }

    private static func headers(_ changes: HeaderChanges) -> JSONValue {
        .members([
            "set": changes.values.isEmpty ? nil : changes.literalValues,
            "remove": changes.removed.isEmpty ? nil : changes.removed,
        ])
    }

    private func destinations(_ route: Route) -> [JSONValue] {
        switch route.destination {
        case .knative: [Self.destination(KnativeGateway.host, port: KnativeGateway.port)]
        case .services(let backends):
            backends.map { backend in
                let host = "\(backend.name).\(route.namespace).svc.cluster.local"
                return Self.destination(host, port: backend.port, weight: backend.weight)
            }
        }
    }

    private static func destination(_ host: String, port: Int, weight: Int? = nil) -> JSONValue {
        .members([
            "destination": ["host": .string(host), "port": ["number": port.json]] as JSONValue,
            "weight": weight,
        ])
    }

    /// Signs a person out of the service, the proxy and Keycloak alike.
    private var signOutRule: JSONValue? {
        cluster.signOn.map { provider in
            [
                "name": "logout",
                "match": [["uri": ["prefix": .string(SignOn.signOutPath)]]],
                "redirect": [
                    "authority": .string(provider.proxyHost),
                    "uri": .string(provider.signOutURI),
                    "redirectCode": 302,
                ],
            ]
        }
    }
}
