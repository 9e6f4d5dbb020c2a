package import Kubernetes

/// How an apply goes on when other managers own fields that it would change.
package struct ConflictResolution: Hashable, Sendable {
    /// The field that autoscalers set.
    package static let replicas = ".spec.replicas"

    /// Fields that are left to their owners.
    package let leaving: Set<String>
    /// Fields that are taken over from their owners.
    package let takenOver: [KubernetesError.FieldConflict]
    /// Whether the object comes from a tool that applied it before us, and is taken over as a whole.
    package let isAdoption: Bool

    /// Judges the conflicts of `request` with the managers of `live`; `nil` when they are for people to settle.
    ///
    /// A number of replicas is the autoscaler's. On an object that is ours already a conflict is drift, and undone. What a
    /// tool of before left is adopted once. Everything else needs the object's own word.
    package init?(
        _ conflicts: [KubernetesError.FieldConflict],
        live: KubernetesObject,
        request: ApplyRequest
    ) {
        let isForced = request.policy.contains(.forcesConflicts)
        let scaled = isForced ? [] : conflicts.filter(Self.isAutoscaler)
        let rest = conflicts.filter { !scaled.contains($0) }
        leaving = Set(scaled.map(\.field))
        takenOver = rest
        // Under a name that was ours before, another object is drift as well: somebody made it anew by hand.
        let isOurs = isForced || !request.appliedUID.isEmpty || request.owns(live)
        isAdoption = !rest.isEmpty && !isOurs && rest.allSatisfy { Adoption.isLegacy($0.manager) }
        let isOurHandOver = rest.allSatisfy { $0.manager == ClusterAPI.handOverManager }
        guard !conflicts.isEmpty, isOurs || isAdoption || isOurHandOver else { return nil }
    }

    /// Whether the conflict is about replicas that an autoscaler sets; a person's `kubectl scale` is drift like any other.
    static func isAutoscaler(_ conflict: KubernetesError.FieldConflict) -> Bool {
        guard conflict.field == replicas, !conflict.manager.hasPrefix("kubectl") else { return false }
        let manager = conflict.manager.lowercased()
        return conflict.subresource == "scale" || manager == "kube-controller-manager"
            || ["autoscaler", "keda", "vpa"].contains(where: manager.contains)
    }
}
