import JSON

extension RouteBuilder {
    /// The HTTPRoutes of a route: those that lead to the destination, as many as its rules need, and the one that leads
    /// plain HTTP to HTTPS.
    func httpRoutes(_ route: Route) -> [Manifest] {
        let rules = (route.signOn == nil ? [] : [signOutRule].compactMap(\.self)) + forwardRules(route)
        let transport = mainTransport(route)
        var routes: [Manifest] = []
        for start in stride(from: 0, to: rules.count, by: Self.maximumRules) {
            let part = Array(rules[start..<min(start + Self.maximumRules, rules.count)])
            let name = start == 0 ? route.name : "\(route.name).\(start / Self.maximumRules + 1)"
            let parents = parents(route, transport)
            routes.append(httpRoute(name, route, parents, part, annotations: dnsAnnotations(route, withTarget: false)))
        }
        if transport == .https {
            let redirect: JSONValue = [
                "filters": [
                    ["type": "RequestRedirect", "requestRedirect": ["scheme": "https", "statusCode": 301]]
                ]
            ]
            routes.append(httpRoute("\(route.name).https", route, parents(route, .http), [redirect]))
        }
        return routes
    }

    private func httpRoute(
        _ name: String,
        _ route: Route,
        _ parents: [JSONValue],
        _ rules: [JSONValue],
        annotations: [String: String] = [:]
    ) -> Manifest {
        manifest(
            .httpRoute,
            name,
            in: route.namespace,
            labels: route.labels,
            annotations: annotations,
            [
                "spec": [
                    "parentRefs": .array(parents),
                    "hostnames": route.hosts.map(\.name).json,
                    "rules": .array(rules),
                ]
            ]
        )
    }

    /// One rule for each path: only then can a prefix be cut off.
    private func forwardRules(_ route: Route) -> [JSONValue] {
        let backends = backendReferences(route)
        return (route.paths.isEmpty ? ["/"] : route.paths).map { path in
            let filters = filters(route, cutsPath: !route.paths.isEmpty && !route.forwardPath)
            return [
                "matches": [["path": ["type": "PathPrefix", "value": .string(path)]]],
                "filters": .array(filters),
                "backendRefs": .array(backends),
            ]
        }
    }

    private func filters(_ route: Route, cutsPath: Bool) -> [JSONValue] {
        let request = route.requestHeaders.setting("X-Forwarded-Proto", "https")
        var filters: [JSONValue] = [
            ["type": "RequestHeaderModifier", "requestHeaderModifier": Self.modifier(request)]
        ]
        if !route.responseHeaders.isEmpty {
            let modifier = Self.modifier(route.responseHeaders)
            filters.append(["type": "ResponseHeaderModifier", "responseHeaderModifier": modifier])
        }
        var rewrite: [String: JSONValue] = [:]
        if cutsPath { rewrite["path"] = ["type": "ReplacePrefixMatch", "replacePrefixMatch": "/"] }
        if case .knative(let authority) = route.destination { rewrite["hostname"] = .string(authority) }
        if !rewrite.isEmpty { filters.append(["type": "URLRewrite", "urlRewrite": .object(rewrite)]) }
        return filters
    }

    private static func modifier(_ changes: HeaderChanges) -> JSONValue {
        let set = changes.literalValues.sorted { $0.key < $1.key }.map { name, value in
            JSONValue.object(["name": .string(name), "value": .string(value)])
        }
        return .members([
            "set": set.isEmpty ? nil : set,
            "remove": changes.removed.isEmpty ? nil : changes.removed,
        ])
    }

    /// Where requests go, as HTTPRoute and TLSRoute name it.
    func backendReferences(_ route: Route) -> [JSONValue] {
        switch route.destination {
        case .knative:
            // Istio's own kind of reference: a host of the mesh, whatever namespace it is in.
            [
                [
                    "group": "networking.istio.io", "kind": "Hostname", "name": .string(KnativeGateway.host),
                    "port": KnativeGateway.port.json,
                ]
            ]
        case .services(let backends):
            backends.map { .members(["name": $0.name, "port": $0.port, "weight": $0.weight]) }
        }
    }

    private var signOutRule: JSONValue? {
        cluster.signOn.map { provider in
            let redirect: JSONValue = [
                "hostname": .string(provider.proxyHost),
                "path": ["type": "ReplaceFullPath", "replaceFullPath": .string(provider.signOutURI)],
                "scheme": "https",
                "statusCode": 302,
            ]
            return [
                "matches": [["path": ["type": "PathPrefix", "value": .string(SignOn.signOutPath)]]],
                "filters": [["type": "RequestRedirect", "requestRedirect": redirect]],
            ]
        }
    }
}
