import JSON

extension RouteBuilder {
    /// The Ingress of one route: it leads its hosts from the controller to the Istio gateway of its reach.
    ///
    /// It lives beside the gateway, because an Ingress can only name services of its own namespace. One object a route:
    /// a change of one leaves all others alone. On `signOutHosts` it also leads to where people sign out.
    func ingress(_ route: Route, signOutHosts: Set<String>) -> Manifest {
        let backend: JSONValue = [
            "service": [
                "name": .string(route.entrance.reach.gatewayService),
                "port": ["number": route.tlsPass ? 443 : 80],
            ]
        ]
        let rules = route.hosts.map { host in
            let signOut = signOutHosts.contains(host.name) ? [SignOn.signOutPath] : []
            let paths = (route.paths.isEmpty ? ["/"] : route.paths + signOut).map { path in
                JSONValue.object(["path": .string(path), "pathType": "Prefix", "backend": backend])
            }
            return JSONValue.object(["host": .string(host.name), "http": ["paths": .array(paths)]])
        }
        return manifest(
            .ingress,
            route.qualifiedName,
            in: PlatformNamespaces.istio,
            labels: route.labels,
            annotations: annotations(of: route),
            [
                "spec": .members([
                    "ingressClassName": route.entrance.ingressClass,
                    "rules": rules,
                    "tls": endsTLSOutside(route) ? nil : tlsEntries(route),
                ])
            ]
        )
    }

    /// The cloud's load balancer ends TLS, and speaks plain HTTP to the controller.
    private func endsTLSOutside(_ route: Route) -> Bool {
        cluster.ingress.cloudLoadBalancer(before: route.entrance) != nil
    }

    private func annotations(of route: Route) -> [String: String] {
        // Behind a load balancer of the cloud it is the external Ingress that has the public address.
        var annotations = endsTLSOutside(route) ? [:] : dnsAnnotations(route)
        annotations["nginx.ingress.kubernetes.io/proxy-body-size"] = "0"
        let ranges = cluster.ingress.sourceRanges(of: route.entrance)
        if !ranges.isEmpty {
            annotations["nginx.ingress.kubernetes.io/whitelist-source-range"] = ranges.joined(separator: ",")
        }
        if route.tlsPass {
            annotations["nginx.ingress.kubernetes.io/ssl-passthrough"] = "true"
            annotations["nginx.ingress.kubernetes.io/backend-protocol"] = "HTTPS"
            return annotations
        }
        if !endsTLSOutside(route) { annotations["nginx.ingress.kubernetes.io/force-ssl-redirect"] = "true" }
        if let signOn = route.signOn { annotations.merge(signOnAnnotations(signOn)) { own, _ in own } }
        return annotations
    }

    /// Lets the controller ask the sign-on proxy about each request, for people of the groups only.
    private func signOnAnnotations(_ signOn: SignOn) -> [String: String] {
        let groups = signOn.groups.isEmpty ? "" : "?allowed_groups=\(signOn.groups.joined(separator: ","))"
        var annotations = [
            "nginx.ingress.kubernetes.io/auth-response-headers": "Authorization",
            "nginx.ingress.kubernetes.io/auth-url":
                "http://oauth2-proxy.istio-system.svc.cluster.local/oauth2/auth\(groups)",
        ]
        if let provider = cluster.signOn {
            annotations["nginx.ingress.kubernetes.io/auth-signin"] =
                "https://\(provider.proxyHost)/oauth2/start?rd=https://$host$escaped_request_uri"
        }
        return annotations
    }
}
