import JSON

extension TeamBuilder {
    /// The route from the team's gateway to a service; `nil` where Knative's own route serves the host.
    func virtualService(_ exposure: Exposure) -> Manifest? {
        var spec: [String: JSONValue] = [
            "hosts": [.string(exposure.host)],
            "gateways": [.string("\(team.namespace)/\(gatewayName(of: exposure))")],
        ]
        if exposure.spec.tlsPass {
            spec["tls"] = [passthroughRoute(exposure)]
        } else {
            guard !hasKnativeRoute(exposure) else { return nil }
            spec["http"] = .array((exposure.spec.auth ? [logoutRoute].compactMap(\.self) : []) + [route(exposure)])
        }
        return manifest(
            .virtualService,
            exposure.name,
            labels: ["otomi.io/service": exposure.name],
            ["spec": .object(spec)]
        )
    }

    /// An existing Knative service keeps the public route that it has for the default host, whatever its paths.
    private func hasKnativeRoute(_ exposure: Exposure) -> Bool {
        switch exposure.service.spec.workload {
        case .existingService: false
        case .knativeService: isServedByKnative(exposure.service)
        case .existingKnativeService: exposure.isDefaultHost && exposure.spec.reach == .public
        }
    }

    private func route(_ exposure: Exposure) -> JSONValue {
        let destination = destination(of: exposure)
        // `/a` and what is below it, but not `/ab`; and what is below keeps its own slash when `/a` is cut off.
        let matches = exposure.paths.flatMap { path in
            [["uri": ["exact": .string(path)]], ["uri": ["prefix": .string(path + "/")]]] as [JSONValue]
        }
        var rewrite: [String: JSONValue] = [:]
        if !exposure.paths.isEmpty, !exposure.spec.forwardPath { rewrite["uri"] = "/" }
        rewrite["authority"] = destination.authority.map { .string($0) }
        let removed = exposure.spec.removedRequestHeaders
        let requestHeaders = JSONValue.members([
            "set": ["X-Forwarded-Proto": "https"],
            "remove": removed.isEmpty ? nil : removed,
        ])
        return .members([
            "match": matches.isEmpty ? nil : matches,
            "rewrite": rewrite.isEmpty ? nil : rewrite,
            "headers": ["request": requestHeaders],
            "route": [Self.routeDestination(destination.host, port: destination.port)],
        ])
    }

    private func destination(of exposure: Exposure) -> (host: String, port: Int, authority: String?) {
        let inCluster = "\(exposure.name).\(team.namespace).svc.cluster.local"
        switch exposure.service.spec.workload {
        case .existingService: return (inCluster, exposure.service.spec.port, nil)
        case .existingKnativeService, .knativeService:
            // Knative finds the service by the name that the request asks for.
            return ("knative-local-gateway.\(PlatformNamespaces.istio).svc.cluster.local", 80, inCluster)
        }
    }

    private func passthroughRoute(_ exposure: Exposure) -> JSONValue {
        // 80 is the port of a service that names none, and nobody speaks TLS there.
        let port = exposure.service.spec.port
        return [
            "match": [["port": 443, "sniHosts": [.string(exposure.host)]]],
            "route": [
                Self.routeDestination(
                    "\(exposure.name).\(team.namespace).svc.cluster.local",
                    port: port == 80 ? 443 : port
                )
            ],
        ]
    }

    /// Signs a person out of the service, the proxy and Keycloak alike.
    private var logoutRoute: JSONValue? {
        cluster.domainSuffix.map { suffix in
            let keycloak = "https%3A%2F%2Fkeycloak.\(suffix)%2Frealms%2Fotomi%2Fprotocol%2Fopenid-connect%2Flogout"
            return [
                "name": "logout",
                "match": [["uri": ["prefix": .string(Self.signOutPath)]]],
                "redirect": [
                    "authority": .string("auth.\(suffix)"),
                    "uri": .string("/oauth2/sign_out?rd=\(keycloak)"),
                    "redirectCode": 302,
                ],
            ]
        }
    }

    private static func routeDestination(_ host: String, port: Int) -> JSONValue {
        ["destination": ["host": .string(host), "port": ["number": port.json]]]
    }
}
