import JSON

/// What the platform leaves to one team: the flags in `selfService` of its document.
package struct SelfService: Hashable, Sendable {
    /// One flag; its raw value is where it stands, as in `selfService.team: [alerts]`.
    package enum Flag: String, CaseIterable, Hashable, Sendable {
        case serviceIngress = "service/ingress"
        case serviceNetworkPolicy = "service/networkPolicy"
        case teamAlerts = "team/alerts"
        case teamOIDC = "team/oidc"
        case teamResourceQuota = "team/resourceQuota"
        case teamNetworkPolicy = "team/networkPolicy"
        case teamDownloadKubeConfig = "team/downloadKubeConfig"
        case appsArgoCD = "apps/argocd"
        case appsGitea = "apps/gitea"

        private var parts: [Substring] { rawValue.split(separator: "/") }
        var section: String { String(parts[0]) }
        var name: String { String(parts[1]) }
    }

    package let flags: Set<Flag>

    package init(flags: Set<Flag>) {
        self.flags = flags
    }

    /// What `team` leaves to itself: its own document, at the platform's scope, with the schema's defaults.
    ///
    /// Overlays do not count: who may change what is the same on every cluster.
    package init(of team: Document) {
        let spec = Schema.compiled(.team, name: team.id.name)?.fillingDefaults(in: team.spec) ?? team.spec
        flags = Set(
            Flag.allCases.filter { flag in
                spec["selfService"]?[flag.section]?.arrayValue?.contains(.string(flag.name)) ?? false
            }
        )
    }
}
