import JSON

extension RouteBuilder {
    /// Lets the gateway ask the sign-on proxy about each request to a route, except that to sign out.
    func gatewaySignOn(_ route: Route, passing hosts: [String]) -> Manifest? {
        guard route.signOn != nil else { return nil }
        let conditions = connectionConditions(route, passing: hosts)
        return gatewayPolicy(
            route,
            named: "sign-on",
            [
                "action": "CUSTOM",
                "provider": ["name": .string(SignOnProvider.meshProvider)],
                "rules": [
                    .members([
                        "to": [["operation": operation(route)] as JSONValue],
                        "when": conditions.isEmpty ? nil : conditions,
                    ])
                ],
            ]
        )
    }

    /// Refuses who is in none of the groups, before an application whose pods need not be in the mesh.
    ///
    /// The groups are those of the token that the sign-on proxy adds. A team's service refuses by itself, so that nobody
    /// gets around it inside the cluster.
    func gatewayGroups(_ route: Route, passing hosts: [String]) -> Manifest? {
        guard let signOn = route.signOn, !signOn.groups.isEmpty, !isService(route) else { return nil }
        let operation: JSONValue = ["operation": operation(route)]
        let groups: JSONValue = ["key": "request.auth.claims[groups]", "notValues": signOn.groups.json]
        let conditions = [groups] + connectionConditions(route, passing: hosts)
        return gatewayPolicy(
            route,
            named: "groups",
            [
                "action": "DENY",
                "rules": [
                    ["to": [operation], "when": .array(conditions)]
                ],
            ]
        )
    }

    /// Keeps a policy away from connections that are passed through.
    ///
    /// Nothing can be said there of requests, and Istio then leaves out those parts of a rule, which would refuse them
    /// all. All names that lead to the route's listeners are meant, since a client may use one connection for several.
    private func connectionConditions(_ route: Route, passing hosts: [String]) -> [JSONValue] {
        guard mainTransport(route) == .https else { return [] }
        return [
            .members([
                "key": "connection.sni",
                "values": Set(route.hosts.map(\.pattern)).sorted(),
                "notValues": hosts.isEmpty ? nil : hosts,
            ])
        ]
    }

    private func isService(_ route: Route) -> Bool { route.labels[Exposure.serviceLabel] != nil }

    private func gatewayPolicy(_ route: Route, named name: String, _ spec: [String: JSONValue]) -> Manifest {
        let pods = route.entrance.gatewayPods.json
        return manifest(
            .authorizationPolicy,
            "\(route.qualifiedName).\(name)",
            in: PlatformNamespaces.istio,
            labels: route.labels,
            ["spec": .object(spec.merging(["selector": ["matchLabels": pods]]) { own, _ in own })]
        )
    }

    private func operation(_ route: Route) -> JSONValue {
        .members([
            // A client may name the port too.
            "hosts": route.hosts.flatMap { [$0.name, "\($0.name):*"] },
            "paths": route.paths.isEmpty ? nil : route.paths.flatMap { [$0, "\($0)/*"] },
            "notPaths": [SignOn.signOutPath],
        ])
    }
}

extension PlatformBuilder {
    /// What the ingress gateways need to know of tokens, and whom they let in at all, in the style of the Gateway API.
    var gatewayPolicies: [Manifest] {
        guard cluster.ingress.style == .gatewayAPI else { return [] }
        let own = [Entrance(.public), Entrance(.private)]
        let further = cluster.ingress.classes.sorted { $0.key < $1.key }
            .map { Entrance($0.value.reach, className: $0.key) }
        return (own + further).flatMap { entrance in
            [tokens(entrance), sourceFilter(entrance)].compactMap(\.self)
        }
    }

    /// Reads the token of the sign-on proxy.
    ///
    /// Tokens that clients send themselves, to services with a sign-on of their own,
    /// are in another header and stay untouched.
    private func tokens(_ entrance: Entrance) -> Manifest? {
        cluster.signOn.map { provider in
            Manifest(
                .requestAuthentication,
                "sign-on.\(entrance.name)",
                in: PlatformNamespaces.istio,
                [
                    "spec": [
                        "selector": ["matchLabels": entrance.gatewayPods.json],
                        "jwtRules": [
                            [
                                "issuer": .string(provider.issuer),
                                "jwksUri": .string(provider.keys),
                                "fromHeaders": [["name": "x-auth-request-access-token"]],
                            ]
                        ],
                    ]
                ]
            )
        }
    }

    /// Refuses whoever is outside the ranges of the entrance.
    private func sourceFilter(_ entrance: Entrance) -> Manifest? {
        let ranges = cluster.ingress.sourceRanges(of: entrance)
        guard !ranges.isEmpty else { return nil }
        return Manifest(
            .authorizationPolicy,
            "source-ranges.\(entrance.name)",
            in: PlatformNamespaces.istio,
            [
                "spec": [
                    "selector": ["matchLabels": entrance.gatewayPods.json],
                    "action": "DENY",
                    "rules": [["from": [["source": ["notRemoteIpBlocks": ranges.json]]]]],
                ]
            ]
        )
    }
}
