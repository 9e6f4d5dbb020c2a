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
                "a VPC means something on aws only, and the cluster is on '\(provider)'",
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
                "an external identity provider needs the section oidc, which the cluster has not",
                hint: "write Settings oidc with issuer, clientID and clientSecret, or switch hasExternalIDP off"
            )
        }
        if flag("hasCloudLB"), !["aws", "azure"].contains(provider) {
            report(
                "otomi",
                at: ["hasCloudLB"],
                "a load balancer of the cloud ends TLS on aws and azure only, and the cluster is on '\(provider)'",
                hint: "switch hasCloudLB off for this cluster"
            )
        }
    }

    mutating func checkCloud() {
        let hasOwnGateway = setting("azure", "appgw", "isManaged")?.boolValue == false
        if flag("hasCloudLB"), provider == "azure", hasOwnGateway {
            for key in ["resourceGroup", "subscriptionId", "tenantId"] where setting("azure", key) == nil {
                report(
                    "azure",
                    at: [key],
                    "is required where an application gateway of one's own ends TLS, as on the cluster"
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
}
