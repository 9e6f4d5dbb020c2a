import JSON

extension TeamBuilder {
    private static let accountName = "team-prometheus"

    /// The label by which the team's Prometheus picks monitors, probes and rules.
    var monitoredLabel: [String: String] { ["prometheus": team.namespace] }

    /// Everything that watches the team's workloads.
    var monitoringObjects: [Manifest] {
        guard isMonitored else { return [] }
        return prometheusAccess + [prometheus, rules]
            + [alertmanager, grafana, relay, probe].compactMap(\.self)
    }

    /// Of those, what holds secrets.
    var monitoringSecrets: [Manifest] {
        guard isMonitored else { return [] }
        return [alertmanagerSecret, relaySecret, dataSources].compactMap(\.self)
    }

    /// The account of the team's Prometheus: it finds what to scrape in the team's own namespace, and nowhere else.
    private var prometheusAccess: [Manifest] {
        let rule: JSONValue = [
            "apiGroups": [""], "resources": ["services", "endpoints", "pods"], "verbs": ["get", "list", "watch"],
        ]
        return [
            manifest(.serviceAccount, Self.accountName, [:]),
            manifest(.role, Self.accountName, ["rules": [rule]]),
            manifest(
                .roleBinding,
                Self.accountName,
                [
                    "roleRef": [
                        "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(Self.accountName),
                    ],
                    "subjects": [
                        [
                            "kind": "ServiceAccount", "name": .string(Self.accountName),
                            "namespace": .string(team.namespace),
                        ]
                    ],
                ]
            ),
        ]
    }

    private var prometheus: Manifest {
        let alerting: JSONValue = hasAlertmanager ? self.alerting : [:]
        return manifest(
            .prometheus,
            Self.monitoringName,
            ["spec": prometheusSpec.merging(selectors).merging(alerting)]
        )
    }

    private var prometheusSpec: JSONValue {
        .members([
            "replicas": 1,
            "serviceAccountName": Self.accountName,
            "externalUrl": monitoringURL("prometheus"),
            "routePrefix": "/prometheus",
            "enableAdminAPI": false,
            "scrapeInterval": "30s",
            "evaluationInterval": "30s",
            "retention": "1d",
            "retentionSize": "4GB",
            "storage": [
                "volumeClaimTemplate": [
                    "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "5Gi"]]]
                ]
            ] as JSONValue,
            "resources": [
                "requests": ["cpu": "100m", "memory": "256Mi"], "limits": ["cpu": "500m", "memory": "1Gi"],
            ] as JSONValue,
            "securityContext": Self.nobodySecurityContext,
            "externalLabels": ["cluster": "${CLUSTER}"] as JSONValue,
            "enableFeatures": ["expand-external-labels"],
            "containers": [["name": "prometheus", "env": [ClusterTitle.variable]]] as JSONValue,
            // It only scrapes, and from outside the mesh it scrapes what has no sidecar too.
            "podMetadata": ["labels": ["sidecar.istio.io/inject": "false"]] as JSONValue,
        ])
    }

    /// No selector of namespaces: that is the team's own and no other, also for what a monitor asks for itself.
    private var selectors: JSONValue {
        let selector: JSONValue = ["matchLabels": monitoredLabel.json]
        return [
            "serviceMonitorSelector": selector,
            "podMonitorSelector": selector,
            "probeSelector": selector,
            "ruleSelector": selector,
            "ignoreNamespaceSelectors": true,
            // A monitor could otherwise send the account's token to whomever it names.
            "arbitraryFSAccessThroughSMs": ["deny": true],
        ]
    }

    /// Sends alerts to the team's Alertmanager.
    private var alerting: JSONValue {
        [
            "alerting": [
                "alertmanagers": [
                    [
                        "namespace": .string(team.namespace), "name": "alertmanager-operated", "port": "web",
                        "pathPrefix": "/alertmanager", "apiVersion": "v2",
                    ]
                ]
            ]
        ]
    }
}
