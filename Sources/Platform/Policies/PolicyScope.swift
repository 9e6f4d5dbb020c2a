import JSON

/// Where policies look on a cluster.
enum PolicyScope {
    /// A namespace with this label is not looked at.
    static let label = "otomi.io/policy-checks"
    static let disabled = "disabled"

    /// Namespaces of Kubernetes, of the engines and of delivery; what runs there is the platform's business.
    static let namespaces = [
        "flux-system", "gatekeeper-system", "kube-node-lease", "kube-public", "kube-system", "kyverno",
        "otomi-system",
    ]
}

extension PolicyPlan {
    /// The teams whose own word on a policy differs from the platform's, each with what holds for it, by name.
    func teams(differingIn policy: String) -> [(team: String, policy: Policy)] {
        teams.compactMap { team, policies in policies[policy].map { (team, $0) } }.sorted { $0.team < $1.team }
    }
}
