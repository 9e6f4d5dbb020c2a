import JSON

extension TeamBuilder {
    /// Who may call the team's pods: the platform, and whoever a service admits; everybody where filtering is off.
    var networkPolicies: [Manifest] {
        guard team.spec.filtersIngress else {
            return [networkPolicy("default-ingress-allow-all", pods: [:], ingress: [.object([:])])]
        }
        return [
            networkPolicy("default-ingress-deny", pods: [:], ingress: []),
            networkPolicy("default-ingress-platform", pods: [:], ingress: [["from": .array(Self.platformPeers)]]),
        ] + team.services.compactMap(servicePolicy)
    }

    /// Gateways and sidecars' control plane, Knative's activator, and the platform's Prometheus.
    private static let platformPeers: [JSONValue] = [
        peer(namespace: PlatformNamespaces.istio),
        peer(namespace: PlatformNamespaces.knative),
        peer(namespace: PlatformNamespaces.monitoring, pods: ["app.kubernetes.io/name": "prometheus"]),
    ]

    /// The policy of one service; `nil` when it admits nobody, which is the default.
    private func servicePolicy(_ service: Named<ServiceSpec>) -> Manifest? {
        let label = service.spec.podLabel(of: service.name)
        switch service.spec.networkPolicy.ingress {
        case .denyAll: return nil
        case .allowAll:
            let teams: JSONValue = ["namespaceSelector": ["matchLabels": ["type": "team"]]]
            return networkPolicy(
                "\(service.name)-ingress-from-all-teams",
                pods: [label.key: label.value],
                ingress: [["from": [teams]]]
            )
        case .allowOnly(let peers):
            // An empty `from` would admit everybody.
            guard !peers.isEmpty else { return nil }
            return networkPolicy(
                "\(service.name)-ingress-allow-only",
                pods: [label.key: label.value],
                ingress: [["from": .array(peers.flatMap(Self.peers))]]
            )
        }
    }

    /// The pods of a team, or of one service of it, whichever way that service runs.
    private static func peers(_ allowed: ServiceNetworkSpec.Peer) -> [JSONValue] {
        let namespace = "team-\(allowed.team)"
        guard let service = allowed.service else { return [peer(namespace: namespace)] }
        return [
            peer(namespace: namespace, pods: ["app": service]),
            peer(namespace: namespace, pods: ["serving.knative.dev/service": service]),
        ]
    }

    private static func peer(namespace: String, pods: [String: String]? = nil) -> JSONValue {
        .members([
            "namespaceSelector": ["matchLabels": [PlatformNamespaces.namespaceNameLabel: .string(namespace)]]
                as JSONValue,
            "podSelector": pods.map { ["matchLabels": $0] },
        ])
    }

    private func networkPolicy(_ name: String, pods: [String: String], ingress: [JSONValue]) -> Manifest {
        manifest(
            .networkPolicy,
            name,
            [
                "spec": .members([
                    "podSelector": pods.isEmpty ? JSONValue.object([:]) : JSONValue.object(["matchLabels": pods.json]),
                    "policyTypes": ["Ingress"],
                    "ingress": ingress.isEmpty ? nil : ingress,
                ])
            ]
        )
    }
}
