import JSON

extension RouteBuilder {
    /// One Gateway for every entrance that the owner uses.
    ///
    /// They are beside the ingress gateways, which they are bound to by address: Istio then starts no gateway of its own
    /// for them.
    private func gateway(_ entrance: Entrance, _ routes: [Route]) -> Manifest {
        let host = "\(entrance.gatewayService).\(PlatformNamespaces.istio).svc.cluster.local"
        var annotations: [String: String] = [:]
        if routes.contains(where: { !dnsAnnotations($0).isEmpty }) {
            annotations["external-dns.alpha.kubernetes.io/target"] = cluster.entrypoint
        }
        return manifest(
            .gateway,
            gatewayName(entrance),
            in: PlatformNamespaces.istio,
            annotations: annotations,
            [
                "spec": [
                    "gatewayClassName": "istio",
                    "addresses": [["type": "Hostname", "value": .string(host)]],
                    "listeners": .array(listeners(routes)),
                ]
            ]
        )
    }

    /// The Gateways of all entrances in use.
    func gateways(_ routes: [Route]) -> [Manifest] {
        Dictionary(grouping: routes, by: \.entrance).map { gateway($0, $1) }
    }

    /// The number of listeners that routes through one entrance need.
    func listenerCount(_ routes: [Route]) -> Int { listeners(routes).count }

    private func listeners(_ routes: [Route]) -> [JSONValue] {
        var namespaces: [Listener: Set<String>] = [:]
        var secrets: [Listener: String] = [:]
        for route in routes {
            for host in route.hosts {
                let main = Listener(mainTransport(route), pattern: host.pattern)
                namespaces[main, default: []].insert(route.namespace)
                if let secret = host.tlsSecret, secret < secrets[main] ?? "\u{10ffff}" { secrets[main] = secret }
                guard main.transport == .https else { continue }
                namespaces[Listener(.http, pattern: host.pattern), default: []].insert(route.namespace)
            }
        }
        return namespaces.sorted { $0.key.name < $1.key.name }.map { listener, namespaces in
            self.listener(listener, secret: secrets[listener], namespaces: namespaces)
        }
    }

    private func listener(_ listener: Listener, secret: String?, namespaces: Set<String>) -> JSONValue {
        let tls: JSONValue? =
            switch listener.transport {
            case .http: nil
            case .https:
                .members([
                    "mode": "Terminate",
                    "certificateRefs": secret.map { [["kind": "Secret", "name": .string($0)] as JSONValue] },
                ])
            case .tls: ["mode": "Passthrough"]
            }
        let selector: JSONValue = [
            "matchExpressions": [
                [
                    "key": .string(PlatformNamespaces.namespaceNameLabel), "operator": "In",
                    "values": namespaces.sorted().json,
                ]
            ]
        ]
        return .members([
            "name": listener.name,
            "hostname": listener.pattern,
            "port": listener.transport == .http ? 80 : 443,
            "protocol": listener.transport.rawValue.uppercased(),
            "tls": tls,
            "allowedRoutes": ["namespaces": ["from": "Selector", "selector": selector]] as JSONValue,
        ])
    }
}
