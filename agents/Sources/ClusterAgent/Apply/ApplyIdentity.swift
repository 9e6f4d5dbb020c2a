package import Kubernetes

/// Whom the API server takes us for when an object is applied or deleted.
///
/// The rule is here and nowhere else: the name of an object's layer decides, never a word of the hub's about identities. So
/// whatever a signed layer of a team holds, the API server holds it to that team's rights.
package enum ApplyIdentity: Hashable, Sendable {
    /// The agent itself.
    case agent
    /// The account by which a team delivers; it has rights in the team's own namespace and nowhere else.
    case deployer(team: String)

    /// The name of that account, and of the binding that gives it its rights.
    package static let deployerName = "otomi-deployer"

    private static let teamLayer = "team/"
    /// Holds the secrets of all teams, and of the platform about them.
    private static let secretsLayer = "confidential/teams"
    private static let teamNamespace = "team-"

    /// Whom an object of `layer` in `namespace` is applied as.
    package init(layer: String, namespace: String?) {
        if layer.hasPrefix(Self.teamLayer) {
            self = .deployer(team: String(layer.dropFirst(Self.teamLayer.count)))
        } else if layer == Self.secretsLayer, let namespace, namespace.hasPrefix(Self.teamNamespace) {
            self = .deployer(team: String(namespace.dropFirst(Self.teamNamespace.count)))
        } else {
            self = .agent
        }
    }

    /// Whom `key`, which `layer` declared last, is deleted as.
    ///
    /// No deployer can delete its namespace, and none has to: the layer of a team that held it dates from when such a layer
    /// was the agent's to apply.
    package init(deleting key: ObjectKey, of layer: String) {
        let identity = ApplyIdentity(layer: layer, namespace: key.namespace)
        self = identity.isNamespace(key) ? .agent : identity
    }

    /// The team's namespace; `nil` for the agent.
    package var namespace: String? {
        switch self {
        case .agent: nil
        case .deployer(let team): Self.teamNamespace + team
        }
    }

    /// What requests say; `nil` for the agent.
    ///
    /// The API server adds an account's groups itself, and so the agent needs the right to impersonate accounts of this name
    /// and none to impersonate groups.
    package var impersonation: KubernetesClient.Impersonation? {
        namespace.map { KubernetesClient.Impersonation(user: "system:serviceaccount:\($0):\(Self.deployerName)") }
    }

    /// Whether `key` is in the team's own namespace.
    package func owns(_ key: ObjectKey) -> Bool { namespace != nil && key.namespace == namespace }

    private func isNamespace(_ key: ObjectKey) -> Bool {
        key.kind == "Namespace" && key.group.isEmpty && key.name == namespace
    }
}
