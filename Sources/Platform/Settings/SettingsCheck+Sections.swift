import JSON
import Values

extension SettingsCheck {
    mutating func checkCluster() {
        if let text = value("cluster", "entrypoint")?.stringValue, IPAddress(text) == nil {
            reportCluster(
                at: ["entrypoint"],
                "an IP address is expected, found '\(text)'",
                hint: "write it like 203.0.113.20 or 2001:db8::1",
                severity: .error
            )
        }
        if let network = value("cluster", "vpcID"), !network.isNull, provider != "aws" {
            reportCluster(
                at: ["vpcID"],
                "a VPC means something on aws only, and \(clusterName) is on '\(provider)'",
                hint: "leave it out",
                severity: .warning
            )
        }
    }

    mutating func checkFlags() {
        if flag("hasExternalIDP"), setting("oidc", "clientID") == nil || setting("oidc", "issuer") == nil {
            report(
                "otomi",
                at: ["hasExternalIDP"],
                "an external identity provider needs the section oidc, which \(clusterName) has not",
                hint: "write Settings oidc with issuer, clientID and clientSecret, or switch hasExternalIDP off"
            )
        }
        if flag("isHomeMonitored"), Self.receivers(of: value("settings", "home")).isEmpty {
            report(
                "otomi",
                at: ["isHomeMonitored"],
                "alerts to the managing party need receivers in the section home, and \(clusterName) has none",
                hint: "write Settings home with receivers, or switch isHomeMonitored off"
            )
        }
        if flag("hasCloudLB"), !["aws", "azure"].contains(provider) {
            report(
                "otomi",
                at: ["hasCloudLB"],
                "a load balancer of the cloud ends TLS on aws and azure only, and \(clusterName) is on '\(provider)'",
                hint: "switch hasCloudLB off for this cluster"
            )
        }
    }

    /// Mail needs a server, whoever is to get it.
    mutating func checkReceivers() {
        guard setting("smtp", "smarthost") == nil else { return }
        let message = "mail needs a server in the section smtp, which \(clusterName) has not"
        let hint = "write Settings smtp with a smarthost, or take email out of the receivers"
        let platform = Self.receivers(of: value("settings", "alerts")).contains("email")
        if platform { report("alerts", at: ["receivers"], message, hint: hint) }
        if flag("isHomeMonitored"), Self.receivers(of: value("settings", "home")).contains("email") {
            report("home", at: ["receivers"], message, hint: hint)
        }
        for (team, spec) in (value("teams")?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            // A team that says nothing has the platform's receivers, and the fault is there.
            guard !platform, Self.receivers(of: spec["alerts"]).contains("email") else { continue }
            faults.report(
                .team,
                name: team,
                at: JSONPointer(["alerts", "receivers"]),
                message,
                hint: hint
            )
        }
    }

    mutating func checkCloud() {
        // A platform speaks of every cloud it has clusters in; whoever speaks of one cluster or group means its cloud.
        if setting("azure") != nil, provider != "azure", isAboutFewClusters("azure") {
            report(
                "azure",
                at: [],
                "the section means something on azure only, and \(clusterName) is on '\(provider)'",
                hint: "leave it out for this cluster",
                severity: .warning
            )
        }
        let hasOwnGateway = setting("azure", "appgw", "isManaged")?.boolValue == false
        if flag("hasCloudLB"), provider == "azure", hasOwnGateway {
            for key in ["resourceGroup", "subscriptionId", "tenantId"] where setting("azure", key) == nil {
                report(
                    "azure",
                    at: [key],
                    "is required where an application gateway of one's own ends TLS, as on \(clusterName)"
                )
            }
        }
        let keys = setting("kms", "sops")
        if let chosen = keys?["provider"]?.stringValue {
            for other in ["aws", "azure", "google", "vault"] where other != chosen && keys?[other] != nil {
                report(
                    "kms",
                    at: ["sops", other],
                    "nobody reads this, because the provider is '\(chosen)'",
                    hint: "leave it out, or choose it as the provider",
                    severity: .warning
                )
            }
        }
    }

    private func isAboutFewClusters(_ section: String) -> Bool {
        guard let scope = faults.scope(ofSettings: section) else { return false }
        return scope.isOverlay
    }
}
