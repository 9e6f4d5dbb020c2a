import JSON

extension ExposureSpec.Reach {
    /// The Istio ingress gateway behind the controller.
    var gatewayService: String { "istio-ingressgateway-\(self == .private ? "private" : "public")" }

    /// The class of the ingress controller.
    var ingressClass: String { self == .private ? "nginx-private" : "nginx" }
}

extension TeamBuilder {
    /// The Ingress of one service: it leads its host from the controller to the Istio gateway of its reach.
    ///
    /// It lives beside the gateway, because an Ingress can only name services of its own namespace. One object a service:
    /// a change of one leaves all others alone.
    func ingress(_ exposure: Exposure) -> Manifest {
        let backend: JSONValue = [
            "service": [
                "name": .string(exposure.spec.reach.gatewayService),
                "port": ["number": exposure.spec.tlsPass ? 443 : 80],
            ]
        ]
        let signOut = exposure.spec.auth ? [Self.signOutPath] : []
        let paths = (exposure.paths.isEmpty ? ["/"] : exposure.paths + signOut).map { path in
            JSONValue.object(["path": .string(path), "pathType": "Prefix", "backend": backend])
        }
        let tls = tlsSecretName(of: exposure).map { secret in
            [JSONValue.object(["hosts": [.string(exposure.host)], "secretName": .string(secret)])]
        }
        return gatewayManifest(
            .ingress,
            "\(exposure.name).\(team.namespace)",
            labels: ["otomi.io/service": exposure.name],
            annotations: annotations(of: exposure),
            [
                "spec": .members([
                    "ingressClassName": exposure.spec.ingressClassName ?? exposure.spec.reach.ingressClass,
                    "rules": [["host": .string(exposure.host), "http": ["paths": .array(paths)]]] as [JSONValue],
                    "tls": tls,
                ])
            ]
        )
    }

    /// Where a person signs out of everything, on every host that asks for sign-on.
    static let signOutPath = "/logout-otomi"

    private func annotations(of exposure: Exposure) -> [String: String] {
        var annotations = dnsAnnotations(exposure)
        annotations["nginx.ingress.kubernetes.io/proxy-body-size"] = "0"
        switch exposure.certificate {
        case .passthrough:
            annotations["nginx.ingress.kubernetes.io/ssl-passthrough"] = "true"
            annotations["nginx.ingress.kubernetes.io/backend-protocol"] = "HTTPS"
            return annotations
        case .external(let arn):
            annotations["alb.ingress.kubernetes.io/certificate-arn"] = arn
        case .own, .teamWildcard, .issued:
            annotations["nginx.ingress.kubernetes.io/force-ssl-redirect"] = "true"
        }
        if exposure.spec.auth { annotations.merge(signOnAnnotations) { own, _ in own } }
        return annotations
    }

    /// Asks for a DNS record of a host that is reachable from the internet.
    private func dnsAnnotations(_ exposure: Exposure) -> [String: String] {
        guard cluster.publishesDNS, exposure.spec.reach == .public else { return [:] }
        var annotations = ["externaldns": "true"]
        annotations["external-dns.alpha.kubernetes.io/target"] = cluster.entrypoint
        return annotations
    }

    /// Lets the controller ask the sign-on proxy about each request, for people of this team and administrators only.
    private var signOnAnnotations: [String: String] {
        let groups = [team.namespace, "team-admin", "admin"].joined(separator: ",")
        var annotations = [
            "nginx.ingress.kubernetes.io/auth-response-headers": "Authorization",
            "nginx.ingress.kubernetes.io/auth-url":
                "http://oauth2-proxy.istio-system.svc.cluster.local/oauth2/auth?allowed_groups=\(groups)",
        ]
        if let suffix = cluster.domainSuffix {
            annotations["nginx.ingress.kubernetes.io/auth-signin"] =
                "https://auth.\(suffix)/oauth2/start?rd=https://$host$escaped_request_uri"
        }
        return annotations
    }
}
