import JSON

extension TeamBuilder {
    /// What pods of the team's monitoring carry that talk to services outside the cluster.
    static let outgoingLabels = ["otomi.io/egress": "monitoring"]

    private static let prometheusPods: [String: String] = [
        "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": monitoringName,
    ]

    private static let relayPods = ["app.kubernetes.io/name": TeamsRelay.service]

    /// Lets the team's Prometheus read the metrics of every pod of the team, and Grafana and Alertmanager do their work.
    ///
    /// The team's own namespace only: what its pods call themselves is no matter of trust between teams.
    var monitoringPolicies: [Manifest] {
        guard isMonitored, team.spec.filtersIngress else { return [] }
        let outgoing: JSONValue = ["podSelector": ["matchLabels": Self.outgoingLabels.json]]
        let relay = policy("monitoring-ingress-relay", pods: Self.relayPods, from: outgoing)
        return (usesRelay ? [relay] : []) + [
            policy(
                "monitoring-ingress-prometheus",
                pods: [:],
                from: ["podSelector": ["matchLabels": Self.prometheusPods.json]]
            ),
            policy("monitoring-ingress-grafana", pods: Self.prometheusPods, from: outgoing),
        ]
    }

    /// Grafana asks clouds for metrics, and alerts leave the cluster, also where the team's own pods may not.
    var monitoringSidecar: Manifest? {
        guard isMonitored, team.spec.filtersEgress else { return nil }
        return manifest(
            .sidecar,
            "monitoring",
            [
                "spec": [
                    "workloadSelector": ["labels": Self.outgoingLabels.json],
                    "outboundTrafficPolicy": ["mode": "ALLOW_ANY"],
                ]
            ]
        )
    }

    private func policy(_ name: String, pods: [String: String], from peer: JSONValue) -> Manifest {
        manifest(
            .networkPolicy,
            name,
            [
                "spec": [
                    "podSelector": pods.isEmpty ? [:] : ["matchLabels": pods.json],
                    "policyTypes": ["Ingress"],
                    "ingress": [["from": [peer]]],
                ]
            ]
        )
    }
}
