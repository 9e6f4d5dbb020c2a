import JSON

/// Writes routes of one owner as objects, in the routing style of the cluster.
struct RouteBuilder {
    /// Whose routes they are; owners share no gateway, so that none can take another's hosts.
    enum Owner {
        case platform
        case team(name: String, namespace: String)

        /// What names of shared objects begin with.
        var prefix: String {
            switch self {
            case .platform: "otomi"
            case .team(_, let namespace): namespace
            }
        }

        /// What every object carries.
        var labels: [String: String] {
            switch self {
            case .platform: [:]
            case .team(let name, _): ["otomi.io/team": name]
            }
        }
    }

    let owner: Owner
    let cluster: ClusterFacts
    /// Hosts of others below the owner's domain whose connections are passed through; a team's domain has none.
    var foreignPassthroughHosts: [String] = []

    /// Everything on the way from the load balancer to the destinations.
    func manifests(_ routes: [Route]) -> [Manifest] {
        let styled =
            switch cluster.ingress.style {
            case .istio: istioObjects(routes)
            case .gatewayAPI: gatewayObjects(routes)
            }
        return styled + routes.compactMap(externalIngress) + certificates(routes)
    }

    /// The certificates to issue; hosts that are covered by one name share one.
    private func certificates(_ routes: [Route]) -> [Manifest] {
        var seen: Set<[String]> = []
        return routes.flatMap { route -> [Manifest] in
            let namespace = certificateNamespace(route.entrance)
            return route.hosts.compactMap { host in
                guard case .issued(let secret, let name) = host.certificate, seen.insert([namespace, secret]).inserted
                else { return nil }
                return manifest(
                    .certificate,
                    secret,
                    in: namespace,
                    [
                        "spec": [
                            "dnsNames": [.string(name)],
                            "secretName": .string(secret),
                            "issuerRef": [
                                "group": "cert-manager.io", "kind": "ClusterIssuer", "name": .string(cluster.issuer),
                            ],
                        ]
                    ]
                )
            }
        }
    }

    /// Where TLS ends, and so where the secrets with certificates are.
    func certificateNamespace(_ entrance: Entrance) -> String {
        cluster.ingress.cloudLoadBalancer(before: entrance) == nil
            ? PlatformNamespaces.istio : externalNamespace
    }

    /// An object of the owner.
    func manifest(
        _ kind: ObjectKind,
        _ name: String,
        in namespace: String,
        labels: [String: String] = [:],
        annotations: [String: String] = [:],
        _ members: [String: JSONValue]
    ) -> Manifest {
        Manifest(
            kind,
            name,
            in: namespace,
            labels: labels.merging(owner.labels) { _, own in own },
            annotations: annotations,
            members
        )
    }

    /// Asks for a DNS record of hosts that are reachable from the internet.
    func dnsAnnotations(_ route: Route, withTarget: Bool = true) -> [String: String] {
        guard cluster.publishesDNS, route.entrance.reach == .public else { return [:] }
        var annotations = ["externaldns": "true"]
        if withTarget { annotations["external-dns.alpha.kubernetes.io/target"] = cluster.entrypoint }
        return annotations
    }
}
