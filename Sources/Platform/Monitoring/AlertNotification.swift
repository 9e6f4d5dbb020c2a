import JSON

/// One notification of one level: how each kind of receiver gets it, as Alertmanager has to be told.
struct AlertNotification {
    let alerts: AlertsSpec
    let level: AlertsSpec.Level
    /// The address of this level at the relay to Microsoft Teams.
    let relay: String

    /// The member of a receiver and one entry of its list; `nil` when the receiver has no address for this level.
    func settings(of receiver: AlertsSpec.Receiver) -> (key: String, settings: JSONValue)? {
        switch receiver {
        case .slack: slack.map { ("slack_configs", $0) }
        case .msteams: msteams.map { ("webhook_configs", $0) }
        case .opsgenie: opsgenie.map { ("opsgenie_configs", $0) }
        case .email: email.map { ("email_configs", $0) }
        }
    }

    /// The label that every alert carries which leaves a cluster: see `ClusterTitle`.
    private static let cluster = "{{ .CommonLabels.cluster }}"

    /// What has happened where, in one line.
    private var title: String {
        let count = #"[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}]"#
        return "\(count) \(Self.cluster): {{ .CommonLabels.alertname }}"
    }

    private var text: String {
        "{{ range .Alerts }}{{ or .Annotations.description .Annotations.message .Annotations.summary }}\n{{ end }}"
    }

    private var slack: JSONValue? {
        alerts.slack.url.text.map { url in
            [
                "api_url": .string(url),
                "channel": .string(GoTemplate.literal(alerts.slack.channel(level))),
                "send_resolved": true,
                "title": .string(title),
                "text": .string(text),
            ]
        }
    }

    private var msteams: JSONValue? {
        alerts.msteams.text(level).map { _ in ["url": .string(relay), "send_resolved": true] }
    }

    private var opsgenie: JSONValue? {
        alerts.opsgenie.apiKey.text.map { key in
            .members([
                "api_key": GoTemplate.literal(key),
                "api_url": alerts.opsgenie.url.text,
                "send_resolved": true,
                "message": title,
                "description": text,
                "details": ["cluster": Self.cluster],
                "priority": level == .critical ? "P1" : "P3",
                "responders": alerts.opsgenie.responders.isEmpty
                    ? nil : alerts.opsgenie.responders.map { $0.mapValues(GoTemplate.literal) },
            ])
        }
    }

    private var email: JSONValue? {
        alerts.email.text(level).map { addresses in
            [
                "to": .string(GoTemplate.literal(addresses)),
                "send_resolved": true,
                "headers": ["Subject": .string(title)],
            ]
        }
    }
}
