import JSON

/// The content of an `alertmanager.yaml`: who is notified of which alerts, and how often.
struct AlertmanagerConfiguration {
    let alerts: AlertsSpec
    let facts: AlertingFacts
    /// Where the relay to Microsoft Teams listens, without a path.
    let relay: String

    private static let nobody = "null"

    /// `nil` when nobody is notified, or when these values were read without the secrets that it takes.
    var json: JSONValue? {
        guard !alerts.receivers.isEmpty || !facts.homeReceivers.isEmpty else { return nil }
        guard !alerts.isHidden, !(facts.home?.isHidden ?? false) else { return nil }
        let usesMail = alerts.receivers.contains(.email) || facts.homeReceivers.contains(.email)
        guard !usesMail || !(facts.smtp?.isHidden ?? false) else { return nil }
        return .members([
            "global": usesMail ? mailServer : nil,
            "route": route,
            "receivers": receivers,
        ])
    }

    private var route: JSONValue {
        var routes = [child(Self.nobody, [.string("alertname=~\"\(noise.joined(separator: "|"))\"")])]
        if !facts.homeReceivers.isEmpty {
            // The copy goes out first and the search goes on, so the team's own people hear of it too.
            routes.append(child("critical-home", [#"severity="critical""#], continues: true))
        }
        routes.append(child("critical", [#"severity="critical""#]))
        return [
            "receiver": "default",
            "group_by": ["alertname"],
            "group_interval": .string(alerts.groupInterval),
            "repeat_interval": .string(alerts.repeatInterval),
            "routes": .array(routes),
        ]
    }

    /// Alerts that tell people nothing: one always fires, the others cannot be helped.
    private var noise: [String] {
        ["Watchdog", "CPUThrottlingHigh"] + (facts.ignoresAPILatency ? ["KubeAPILatencyHigh"] : [])
    }

    private func child(_ receiver: String, _ matchers: [JSONValue], continues: Bool = false) -> JSONValue {
        .members([
            "receiver": receiver,
            "matchers": .array(matchers) as JSONValue,
            "continue": continues ? true : nil,
        ])
    }

    private var receivers: [JSONValue] {
        var all: [JSONValue] = [
            ["name": .string(Self.nobody)],
            receiver("default", alerts, .nonCritical),
            receiver("critical", alerts, .critical),
        ]
        if let home = facts.home, !home.receivers.isEmpty {
            all.append(receiver("critical-home", home, .critical, relayPath: TeamsRelay.homePath))
        }
        return all
    }

    private func receiver(
        _ name: String,
        _ alerts: AlertsSpec,
        _ level: AlertsSpec.Level,
        relayPath: String? = nil
    ) -> JSONValue {
        let notification = AlertNotification(
            alerts: alerts,
            level: level,
            relay: "\(relay)/\(relayPath ?? TeamsRelay.path(level))"
        )
        var json: JSONValue = ["name": .string(name)]
        for receiver in alerts.receivers where receiver != .email || facts.smtp?.from != nil {
            if let (key, settings) = notification.settings(of: receiver) { json[key] = [settings] }
        }
        return json
    }

    private var mailServer: JSONValue? {
        facts.smtp.map { smtp in
            .members([
                "smtp_smarthost": smtp.smarthost,
                "smtp_from": smtp.from.map(GoTemplate.literal),
                "smtp_hello": smtp.hello,
                "smtp_auth_username": smtp.username,
                "smtp_auth_identity": smtp.identity,
                "smtp_auth_password": smtp.password.text,
                "smtp_auth_secret": smtp.secret.text,
            ])
        }
    }
}
