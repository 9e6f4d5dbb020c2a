import Kubernetes

/// The API server's word that the deployer of a team has no right to do something, or that the agent may not act as it.
///
/// Other refusals with the same status, such as that of an exhausted quota, are none of these.
struct DeployerRefusal {
    let team: String
    let namespace: String
    private let error: KubernetesError
    /// What the deployer may not do, in the server's words; `nil` when the agent may not act as it.
    private let deed: String?

    /// `nil` when `error` is something else.
    init?(_ error: KubernetesError, of identity: ApplyIdentity) {
        guard case .deployer(let team) = identity, let namespace = identity.namespace, error.code == .forbidden,
            let user = identity.impersonation?.user
        else { return nil }
        if let deed = Self.text(after: "User \"\(user)\" cannot ", in: error.message) {
            self.deed = deed
        } else if Self.text(after: "cannot impersonate resource ", in: error.message) != nil {
            deed = nil
        } else {
            return nil
        }
        self.team = team
        self.namespace = namespace
        self.error = error
    }

    /// The refusal as a person should read it.
    func explained(hasRights: Bool) -> KubernetesError {
        var error = error
        let deployer = "team \(team)'s deployer \(ApplyIdentity.deployerName)"
        error.message =
            if let deed {
                "\(deployer) may not \(deed)" + (hasRights ? "" : ": its tenancy layer is not applied")
            } else {
                "the agent may not act as \(deployer): install its roles anew (\(error.message))"
            }
        return error
    }

    private static func text(after mark: String, in message: String) -> String? {
        message.firstRange(of: mark).map { String(message[$0.upperBound...]) }
    }
}
