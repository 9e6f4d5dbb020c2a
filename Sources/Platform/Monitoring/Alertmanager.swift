import JSON

extension TeamBuilder {
    /// The name of the team's Prometheus and of its Alertmanager; the operator makes longer names of it.
    static let monitoringName = "team"
    static let alertmanagerSecretName = "team-alertmanager"

    /// Whether the team has Prometheus, Grafana and, where somebody is notified, Alertmanager of its own.
    var isMonitored: Bool { team.spec.isMonitored && cluster.isMultitenant }

    /// Whether there is anybody to notify: the team's people, whose settings may be the platform's, or the managing party.
    var hasAlertmanager: Bool {
        isMonitored && (!team.spec.alerts.receivers.isEmpty || !cluster.alerting.homeReceivers.isEmpty)
    }

    /// What sends the alerts of the team's Prometheus to people.
    var alertmanager: Manifest? {
        guard hasAlertmanager else { return nil }
        return manifest(
            .alertmanager,
            Self.monitoringName,
            [
                "spec": .members([
                    "replicas": 1,
                    "configSecret": Self.alertmanagerSecretName,
                    "externalUrl": monitoringURL("alertmanager"),
                    "routePrefix": "/alertmanager",
                    "retention": "120h",
                    "podMetadata": ["labels": Self.outgoingLabels.json] as JSONValue,
                    "resources": [
                        "requests": ["cpu": "10m", "memory": "32Mi"], "limits": ["cpu": "100m", "memory": "128Mi"],
                    ] as JSONValue,
                    "securityContext": Self.nobodySecurityContext,
                ])
            ]
        )
    }

    /// The configuration of the team's Alertmanager: it holds web hooks and the password of the mail server.
    var alertmanagerSecret: Manifest? {
        guard hasAlertmanager else { return nil }
        let configuration = AlertmanagerConfiguration(
            alerts: team.spec.alerts,
            facts: cluster.alerting,
            relay: TeamsRelay.url(in: team.namespace)
        )
        guard let json = configuration.json else { return nil }
        return confidential(
            Self.alertmanagerSecretName,
            ["alertmanager.yaml": json.compactText]
        )
    }

    /// A Secret of the team.
    func confidential(_ name: String, _ entries: [String: String]) -> Manifest {
        manifest(.secret, name, ["data": .object(entries.mapValues { .string(Base64.encode($0.utf8)) })])
    }

    /// Programs that write to one volume, and have no business with the node.
    static let nobodySecurityContext: JSONValue = [
        "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 2000,
        "seccompProfile": ["type": "RuntimeDefault"],
    ]
}

extension PlatformBuilder {
    /// The Secret that the platform's Alertmanager is to be given as its configuration.
    static let alertmanagerSecretName = "otomi-alertmanager"

    /// The configuration of the platform's Alertmanager; `nil` when nobody is notified.
    var alertmanagerSecret: Manifest? {
        let alerts = tree["settings"]?["alerts"].flatMap { try? AlertsSpec(json: $0) } ?? .nobody
        let configuration = AlertmanagerConfiguration(
            alerts: alerts,
            facts: cluster.alerting,
            relay: TeamsRelay.url(in: PlatformNamespaces.monitoring)
        )
        guard let json = configuration.json else { return nil }
        return Manifest(
            .secret,
            Self.alertmanagerSecretName,
            in: PlatformNamespaces.monitoring,
            ["data": ["alertmanager.yaml": .string(Base64.encode(json.compactText.utf8))]]
        )
    }
}
