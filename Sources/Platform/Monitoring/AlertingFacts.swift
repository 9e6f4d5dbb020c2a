import JSON

/// What a cluster adds to the alerts of everybody on it.
///
/// All of it goes into confidential objects, which are made for each cluster anyway; of this, the shared layer of a team may
/// look at `homeReceivers` alone.
struct AlertingFacts: Hashable {
    /// Where the managing party wants its copy of critical alerts; `nil` when it does not monitor the cluster.
    let home: AlertsSpec?
    /// The server that mail goes through.
    let smtp: SMTPSpec?
    /// Azure's own control plane raises an alert that nobody on the cluster can do anything about.
    let ignoresAPILatency: Bool

    init(_ tree: JSONValue) {
        let cluster = tree["cluster"]
        let settings = tree["settings"]
        let isHomeMonitored = settings?["otomi"]?["isHomeMonitored"]?.boolValue ?? false
        home = isHomeMonitored ? settings?["home"].flatMap { try? AlertsSpec(json: $0) } : nil
        smtp = settings?["smtp"].flatMap { SMTPSpec($0, domain: cluster?["domainSuffix"]?.stringValue) }
        ignoresAPILatency = cluster?["provider"] == "azure"
    }

    /// How the managing party is notified.
    var homeReceivers: [AlertsSpec.Receiver] { home?.receivers ?? [] }
}

/// A mail server and how to sign in to it.
struct SMTPSpec: Hashable {
    /// Host and port.
    let smarthost: String
    /// Who mails come from; `nil`: nobody said, and the cluster has no domain to derive it from.
    let from: String?
    let hello: String?
    let username: String?
    let identity: String?
    let password: SecretText
    let secret: SecretText

    /// `nil` without a server.
    init?(_ json: JSONValue, domain: String?) {
        guard let smarthost = json["smarthost"]?.stringValue else { return nil }
        self.smarthost = smarthost
        from = json["from"]?.stringValue ?? domain.map { "alerts@\($0)" }
        hello = json["hello"]?.stringValue ?? domain
        username = json["auth_username"]?.stringValue
        identity = json["auth_identity"]?.stringValue
        password = SecretText(json["auth_password"])
        secret = SecretText(json["auth_secret"])
    }

    var isHidden: Bool { password == .hidden || secret == .hidden }
}
