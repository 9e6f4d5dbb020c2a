import JSON

extension TeamBuilder {
    private static let dataSourcesSecretName = "team-grafana-datasources"

    /// Where Grafana finds its data sources: in a Secret where one of them takes a password, else among the values.
    var dataSourcesValues: JSONValue {
        guard hasSecretSources else { return ["datasources": ["datasources.yaml": provisioning]] }
        return [
            "extraSecretMounts": [
                [
                    "name": "data-sources",
                    "secretName": .string(Self.dataSourcesSecretName),
                    "mountPath": "/etc/grafana/provisioning/datasources",
                    "readOnly": true,
                ]
            ]
        ]
    }

    /// What the team's Grafana asks for metrics and logs, with the passwords for that.
    ///
    /// `nil` without passwords, also when these values were read without them.
    var dataSources: Manifest? {
        guard hasSecretSources else { return nil }
        guard team.spec.password != .hidden, team.spec.azureMonitor?.clientSecret != .hidden else { return nil }
        return confidential(Self.dataSourcesSecretName, ["datasources.yaml": provisioning.compactText])
    }

    private var hasSecretSources: Bool {
        (cluster.hasLoki && team.spec.password != .absent) || team.spec.azureMonitor != nil
    }

    private var provisioning: JSONValue {
        ["apiVersion": 1, "datasources": .array([metrics, logs, azureMonitor].compactMap(\.self))]
    }

    private var metrics: JSONValue {
        [
            "name": "Prometheus",
            "type": "prometheus",
            "uid": "prometheus",
            "access": "proxy",
            "isDefault": true,
            "editable": false,
            "url": .string("http://prometheus-operated.\(team.namespace).svc:9090/prometheus"),
        ]
    }

    /// The team's logs; the proxy before Loki makes the user the tenant.
    private var logs: JSONValue? {
        guard cluster.hasLoki, let password = team.spec.password.text else { return nil }
        return [
            "name": "Loki",
            "type": "loki",
            "uid": "loki",
            "access": "proxy",
            "editable": false,
            "url": .string("http://loki-gateway.\(PlatformNamespaces.monitoring)"),
            "basicAuth": true,
            "basicAuthUser": .string(team.name),
            "secureJsonData": ["basicAuthPassword": .string(Self.unexpanded(password))],
        ]
    }

    private var azureMonitor: JSONValue? {
        guard let azure = team.spec.azureMonitor else { return nil }
        return .members([
            "name": "Azure Monitor",
            "type": "grafana-azure-monitor-datasource",
            "uid": "azure-monitor",
            "access": "proxy",
            "editable": false,
            "jsonData": JSONValue.members([
                "azureAuthType": "clientsecret",
                "cloudName": "azuremonitor",
                "clientId": Self.unexpanded(azure.clientId),
                "tenantId": azure.tenantId.map(Self.unexpanded),
                "subscriptionId": azure.subscriptionId.map(Self.unexpanded),
                "logAnalyticsDefaultWorkspace": azure.workspace.map(Self.unexpanded),
            ]),
            "secureJsonData": azure.clientSecret.text.map { ["clientSecret": Self.unexpanded($0)] },
        ])
    }

    /// Grafana replaces `$NAME` in what it is provisioned with, and takes `$$` for the character itself.
    private static func unexpanded(_ text: String) -> String {
        text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    }
}

/// The account that reads a team's metrics at Azure.
struct AzureMonitorSpec: Spec, Hashable {
    let clientId: String
    let clientSecret: SecretText
    let tenantId: String?
    let subscriptionId: String?
    let workspace: String?

    init(json: JSONValue) throws(JSONError) {
        clientId = try json.required("clientId")
        clientSecret = SecretText(json["clientSecret"])
        tenantId = try json.optional("tenantId")
        subscriptionId = try json.optional("subscriptionId")
        workspace = try json.optional("logAnalyticsDefaultWorkspace")
    }
}
