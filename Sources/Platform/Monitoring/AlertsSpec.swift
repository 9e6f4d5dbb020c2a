import JSON

/// Where alerts go: the platform's, the managing party's, or those of a team.
///
/// What a team leaves out has already been taken from the platform's, field by field; what that leaves out is filled in here.
struct AlertsSpec: Spec, Hashable {
    /// A way to notify people.
    enum Receiver: String, CaseIterable {
        case slack, msteams, opsgenie, email
    }

    /// How much an alert matters.
    enum Level: CaseIterable {
        case nonCritical, critical
    }

    /// Whoever is notified, as listed; `none` is nobody.
    let listed: [String]
    let groupInterval: String
    let repeatInterval: String
    let slack: SlackSpec
    let msteams: LevelsSpec
    let opsgenie: OpsgenieSpec
    let email: LevelsSpec

    /// Nobody is notified.
    static let nobody = AlertsSpec()

    private init() {
        listed = []
        groupInterval = Self.defaultGroupInterval
        repeatInterval = Self.defaultRepeatInterval
        slack = SlackSpec()
        msteams = LevelsSpec()
        opsgenie = OpsgenieSpec()
        email = LevelsSpec()
    }

    init(json: JSONValue) throws(JSONError) {
        listed = try json.texts("receivers")
        groupInterval = try json.optional("groupInterval") ?? Self.defaultGroupInterval
        repeatInterval = try json.optional("repeatInterval") ?? Self.defaultRepeatInterval
        slack = try json.spec("slack") ?? SlackSpec()
        opsgenie = try json.spec("opsgenie") ?? OpsgenieSpec()
        msteams = LevelsSpec(nonCritical: json["msteams"]?["lowPrio"], critical: json["msteams"]?["highPrio"])
        email = LevelsSpec(nonCritical: json["email"]?["nonCritical"], critical: json["email"]?["critical"])
    }

    private static let defaultGroupInterval = "5m"
    private static let defaultRepeatInterval = "3h"

    /// Whoever is notified, each once and in a fixed order.
    var receivers: [Receiver] { Receiver.allCases.filter { listed.contains($0.rawValue) } }

    /// The setting without which `receiver` notifies nobody: its place and what it is; `nil` when it is there.
    func missing(for receiver: Receiver) -> (place: [String], what: String)? {
        switch receiver {
        case .slack: slack.url == .absent ? (["slack", "url"], "a web hook") : nil
        case .msteams: msteams.critical == .absent ? (["msteams", "highPrio"], "a web hook") : nil
        case .opsgenie: opsgenie.apiKey == .absent ? (["opsgenie", "apiKey"], "an API key") : nil
        case .email: email.critical == .absent ? (["email", "critical"], "an address") : nil
        }
    }

    /// Whether something that notifying needs cannot be read.
    var isHidden: Bool {
        receivers.contains { receiver in
            switch receiver {
            case .slack: slack.url == .hidden
            case .msteams: msteams.isHidden
            case .opsgenie: opsgenie.apiKey == .hidden || opsgenie.url == .hidden
            case .email: email.isHidden
            }
        }
    }
}

/// A channel for each level, behind one web hook.
struct SlackSpec: Spec, Hashable {
    let url: SecretText
    private let channel: String?
    private let criticalChannel: String?

    init() {
        url = .absent
        channel = nil
        criticalChannel = nil
    }

    init(json: JSONValue) throws(JSONError) {
        url = SecretText(json["url"])
        channel = try json.optional("channel")
        criticalChannel = try json.optional("channelCrit")
    }

    /// The channel's name; people write it with the `#` or without.
    func channel(_ level: AlertsSpec.Level) -> String {
        let name =
            switch level {
            case .nonCritical: channel ?? "mon-otomi"
            case .critical: criticalChannel ?? "mon-otomi-crit"
            }
        return name.hasPrefix("#") ? name : "#" + name
    }
}

/// An address for each level.
struct LevelsSpec: Hashable {
    let nonCritical: SecretText
    /// Where there is none, critical alerts go where the others go: they are not the ones to lose.
    let critical: SecretText

    init(nonCritical: JSONValue? = nil, critical: JSONValue? = nil) {
        self.nonCritical = SecretText(nonCritical)
        self.critical = SecretText(critical).or(self.nonCritical)
    }

    var isHidden: Bool { nonCritical == .hidden || critical == .hidden }

    func text(_ level: AlertsSpec.Level) -> String? {
        switch level {
        case .nonCritical: nonCritical.text
        case .critical: critical.text
        }
    }
}

/// The account that alerts become cases of.
struct OpsgenieSpec: Spec, Hashable {
    let apiKey: SecretText
    let url: SecretText
    /// Members of a responder: its type, and an id, a name or a username.
    let responders: [[String: String]]

    init() {
        apiKey = .absent
        url = .absent
        responders = []
    }

    init(json: JSONValue) throws(JSONError) {
        apiKey = SecretText(json["apiKey"])
        url = SecretText(json["url"])
        responders = try json.optional("responders") ?? []
    }
}
