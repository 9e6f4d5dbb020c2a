import JSON
import Values

/// Finds alerts that would reach nobody: each receiver needs settings, which may be in several documents.
enum AlertsCheck {
    /// Reports them at the settings that name the receiver.
    static func check(_ shared: JSONValue, on cluster: ClusterFacts, _ faults: inout FaultLog) {
        let settings = shared["settings"]
        let platform = read(settings, "alerts", &faults)
        let home = read(settings, "home", &faults)
        report(platform, on: cluster, except: nil) { faults.report(.settings, name: "alerts", at: $0, $1, hint: $2) }
        guard settings?["otomi"]?["isHomeMonitored"]?.boolValue ?? false else { return }
        report(home, on: cluster, except: nil) { faults.report(.settings, name: "home", at: $0, $1, hint: $2) }
        guard home.receivers.isEmpty else { return }
        faults.report(
            .settings,
            name: "otomi",
            at: JSONPointer(["isHomeMonitored"]),
            settings?["home"] == nil
                ? "critical alerts are to go to the managing party, but there are no settings 'home'"
                : "critical alerts are to go to the managing party, but the settings 'home' name no receiver",
            hint: "write a document 'Settings home' with its receivers, or set isHomeMonitored to false"
        )
    }

    /// Reports them at the team that names the receiver; what a team only takes over is the platform's to mend.
    static func check(_ team: Team, in surroundings: TeamSurroundings, _ faults: inout FaultLog) {
        let cluster = surroundings.facts
        guard team.spec.isMonitored, cluster.isMultitenant else { return }
        let platform = surroundings.inherited["settings"]?["alerts"].flatMap { try? AlertsSpec(json: $0) } ?? .nobody
        report(team.spec.alerts, on: cluster, except: platform) { place, message, hint in
            faults.report(
                .team,
                team: team.name,
                name: team.name,
                at: JSONPointer(["alerts"] + place.tokens),
                message,
                hint: hint
            )
        }
    }

    private static func read(_ settings: JSONValue?, _ name: String, _ faults: inout FaultLog) -> AlertsSpec {
        guard let json = settings?[name], !json.isNull else { return .nobody }
        do throws(JSONError) { return try AlertsSpec(json: json) } catch {
            faults.report(.settings, name: name, at: error.pointer ?? .root, error.message)
            return .nobody
        }
    }

    /// Reports what is missing from `alerts`, but what is missing from `other` as well and has been reported there.
    private static func report(
        _ alerts: AlertsSpec,
        on cluster: ClusterFacts,
        except other: AlertsSpec?,
        _ report: (JSONPointer, String, String) -> Void
    ) {
        for receiver in alerts.receivers {
            let isKnown = other?.receivers.contains(receiver) ?? false
            if let (place, what) = alerts.missing(for: receiver) {
                if isKnown, other?.missing(for: receiver) != nil { continue }
                report(
                    JSONPointer(place),
                    "\(what) is required: '\(receiver.rawValue)' is one of the receivers",
                    "set \(place.joined(separator: ".")), or take '\(receiver.rawValue)' out of the receivers"
                )
            } else if receiver == .email, !isKnown, cluster.alerting.smtp?.from == nil {
                let index = alerts.listed.firstIndex(of: receiver.rawValue) ?? 0
                report(
                    JSONPointer(["receivers", String(index)]),
                    cluster.alerting.smtp == nil
                        ? "mail cannot be sent without a mail server" : "mail cannot be sent without a sender",
                    cluster.alerting.smtp == nil
                        ? "write a document 'Settings smtp' with its smarthost"
                        : "set from of 'Settings smtp', or domainSuffix of the cluster"
                )
            }
        }
    }
}
