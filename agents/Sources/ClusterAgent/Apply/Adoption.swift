package import Kubernetes

/// Taking over objects that another tool applied before the agent came.
///
/// As kubectl and Flux do it, the tool's share of the fields becomes ours, so that the next apply removes what the tool
/// declared and the bundle does not, and every later conflict is a real one.
package enum Adoption {
    /// Tools that wrote whole documents: all that they own is what they declared, and becomes ours.
    package static let declaring: Set<String> = [
        "kubectl-client-side-apply", "kubectl-last-applied", "kubectl-create", "kubectl-replace", "helm", "Helm",
        "argocd-controller", "otomi", "otomi-core", "otomi-operator", "apl-operator",
    ]
    /// Tools that changed single fields, and what the server calls owners of before it kept record: what we declare is
    /// taken from them, the rest stays.
    package static let touching: Set<String> = [
        "before-first-apply", "kubectl", "kubectl-edit", "kubectl-patch", "kubectl-set", "kubectl-rollout",
    ]

    package static func isLegacy(_ manager: String) -> Bool {
        declaring.contains(manager) || touching.contains(manager)
    }

    /// Who owns the fields of `live` once it is adopted; `nil` when no tool of before declared any.
    package static func ownership(of live: KubernetesObject) -> FieldOwnership? {
        var ownership = FieldOwnership(live)
        guard ownership.names(anyOf: declaring) else { return nil }
        ownership.move(from: declaring, to: ClusterAPI.fieldManager)
        return ownership
    }
}

extension ClusterAPI {
    /// Makes ours what tools of before declared of an object, unless nothing is left of it.
    ///
    /// - Throws: `KubernetesError`.
    func adopt(_ request: ApplyRequest, _ resource: APIResource) async throws(KubernetesError) {
        try await acting(as: request.identity, also: \.isRace) { client async throws(KubernetesError) in
            guard let live = try await client.find(request.key, of: resource, answer: .metadata),
                let ownership = Adoption.ownership(of: live)
            else { return }
            try await client.setOwnership(ownership, of: live, in: resource, fieldManager: Self.fieldManager)
        }
    }
}
