import JSON

/// The relay to Microsoft Teams: it takes Alertmanager's web hook and makes a card of it.
///
/// Alertmanager speaks to Microsoft Teams itself from 0.26 on; the relay also serves the versions before.
enum TeamsRelay {
    static let service = "prometheus-msteams"
    static let port = 2000
    /// Where critical alerts of the managing party's go.
    static let homePath = "home_high_priority_channel"

    static func url(in namespace: String) -> String { "http://\(service).\(namespace).svc:\(port)" }

    /// Where alerts of a level go.
    static func path(_ level: AlertsSpec.Level) -> String {
        switch level {
        case .nonCritical: "low_priority_channel"
        case .critical: "high_priority_channel"
        }
    }

    /// The relay's paths and the web hook behind each; `nil` when these values were read without them.
    static func connectors(_ alerts: AlertsSpec, home: AlertsSpec?) -> [JSONValue]? {
        var connectors: [JSONValue] = []
        if alerts.receivers.contains(.msteams) {
            guard !alerts.msteams.isHidden else { return nil }
            for level in AlertsSpec.Level.allCases {
                if let hook = alerts.msteams.text(level) { connectors.append([path(level): .string(hook)]) }
            }
        }
        if let home, home.receivers.contains(.msteams) {
            guard !home.msteams.isHidden else { return nil }
            if let hook = home.msteams.text(.critical) { connectors.append([homePath: .string(hook)]) }
        }
        return connectors
    }
}

extension TeamBuilder {
    /// Whether somebody who is notified reads Microsoft Teams.
    var usesRelay: Bool {
        isMonitored
            && (team.spec.alerts.receivers.contains(.msteams) || cluster.alerting.homeReceivers.contains(.msteams))
    }

    var relay: Manifest? {
        guard usesRelay else { return nil }
        return release(
            .relay,
            as: TeamsRelay.service,
            values: [
                "fullnameOverride": .string(TeamsRelay.service),
                "service": ["port": .integer(Int64(TeamsRelay.port))],
                // Outside the mesh nothing filters what it sends.
                "podAnnotations": ["sidecar.istio.io/inject": "false"],
                "podSecurityContext": ["runAsUser": 1000, "runAsNonRoot": true],
                "resources": [
                    "requests": ["cpu": "1m", "memory": "16Mi"], "limits": ["cpu": "50m", "memory": "64Mi"],
                ],
            ],
            hasSecret: true
        )
    }

    /// The web hooks behind the relay.
    var relaySecret: Manifest? {
        guard usesRelay,
            let connectors = TeamsRelay.connectors(team.spec.alerts, home: cluster.alerting.home)
        else { return nil }
        return releaseSecret(of: .relay, ["connectors": .array(connectors)])
    }
}
