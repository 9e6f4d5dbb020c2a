import JSON
import Values

extension SettingsCheck {
    mutating func checkDNS() {
        if let text = setting("dns", "entrypoint")?.stringValue, IPAddress(text) == nil {
            report("dns", at: ["entrypoint"], "an IP address is expected, found '\(text)'")
        }
        checkAzureZone()
        guard flag("hasExternalDNS") else { return }
        guard dnsProvider != nil else {
            report(
                "otomi",
                at: ["hasExternalDNS"],
                "managed DNS records need a provider in the section dns, and the cluster has none",
                hint: "write Settings dns with a provider, or switch hasExternalDNS off"
            )
            return
        }
        if value("cluster", "domainSuffix")?.stringValue == nil {
            reportCluster(
                at: ["domainSuffix"],
                "is required where DNS records are managed",
                hint: "name a zone of the provider, or a domain in one",
                severity: .error
            )
        }
        let hasAddress =
            setting("dns", "entrypoint") != nil || value("cluster", "entrypoint") != nil
            || setting("ingress", "platformClass", "loadBalancerIP") != nil
        if ["onprem", "custom"].contains(provider), !hasAddress {
            reportCluster(
                at: ["entrypoint"],
                "records are made for the address of a load balancer, and on '\(provider)' there may be none",
                hint: "name the address here, or as loadBalancerIP in Settings ingress",
                severity: .warning
            )
        }
    }

    /// Azure needs to know whose zone it is, be it from the section dns or from the section azure.
    private mutating func checkAzureZone() {
        guard let zone = setting("dns", "provider", "azure"), zone.objectValue != nil else { return }
        for key in ["subscriptionId", "tenantId"] where zone[key] == nil {
            report(
                "dns",
                at: ["provider", "azure", key],
                "is required, here or in the section azure, of which the cluster has neither"
            )
        }
    }

    private var dnsProvider: String? {
        setting("dns", "provider")?.objectValue?.filter { !$0.value.isNull }.keys.min()
    }

    mutating func checkAuthority() {
        guard let spec = value("apps", "cert-manager"), spec.objectValue != nil else { return }
        let hasCertificate = spec["customRootCA"] != nil
        let hasKey = spec["customRootCAKey"] != nil
        guard spec["issuer"]?.stringValue == "letsencrypt" else {
            if hasCertificate != hasKey {
                reportAuthority(
                    at: hasKey ? "customRootCA" : "customRootCAKey",
                    "a certificate and its key go together; without both the cluster trusts the CA, and gets nothing from it",
                    hint: "give both, or neither: then a CA is made on the cluster",
                    severity: .warning
                )
            }
            return
        }
        if spec["email"] == nil {
            reportAuthority(at: "email", "Let's Encrypt needs an address, and the cluster has none")
        }
        for key in ["customRootCA", "customRootCAKey"] where spec[key] != nil {
            reportAuthority(
                at: key,
                "Let's Encrypt issues the certificates of the cluster, so no CA of one's own can",
                hint: "leave it out, or choose the issuer custom-ca"
            )
        }
        if dnsProvider == nil {
            reportAuthority(
                at: "issuer",
                "Let's Encrypt asks for a record to prove a host, so the section dns of the cluster needs a provider",
                hint: "write Settings dns with a provider, or choose the issuer custom-ca"
            )
        } else if dnsProvider == "other", setting("dns", "provider", "other", "cert-manager") == nil {
            report(
                "dns",
                at: ["provider", "other", "cert-manager"],
                "is required where Let's Encrypt issues the certificates, as on the cluster"
            )
        }
    }

    private mutating func reportAuthority(
        at key: String,
        _ message: String,
        hint: String? = nil,
        severity: Fault.Severity = .error
    ) {
        faults.report(
            .app,
            name: "cert-manager",
            at: JSONPointer([key]),
            message,
            hint: hint,
            severity: severity
        )
    }
}
