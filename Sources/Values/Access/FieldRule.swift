package import JSON

/// One field that a team may change only where its self-service flags say so.
package struct FieldRule: Hashable, Sendable {
    package let kind: Kind
    package let field: JSONPointer
    package let flag: SelfService.Flag

    private init(_ kind: Kind, _ field: [String], _ flag: SelfService.Flag) {
        self.kind = kind
        self.field = JSONPointer(field)
        self.flag = flag
    }

    package static let all: [FieldRule] = [
        FieldRule(.service, ["exposure"], .serviceIngress),
        FieldRule(.service, ["networkPolicy"], .serviceNetworkPolicy),
        FieldRule(.team, ["alerts"], .teamAlerts),
        FieldRule(.team, ["oidc"], .teamOIDC),
        FieldRule(.team, ["resourceQuota"], .teamResourceQuota),
        FieldRule(.team, ["networkPolicy"], .teamNetworkPolicy),
        FieldRule(.team, ["apps", "argocd"], .appsArgoCD),
        FieldRule(.team, ["apps", "gitea"], .appsGitea),
    ]

    /// The rules for the documents of one kind.
    package static func of(_ kind: Kind) -> [FieldRule] { all.filter { $0.kind == kind } }
}
