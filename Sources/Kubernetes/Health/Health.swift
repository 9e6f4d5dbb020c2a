import JSON

/// How an object is doing, by the rules of kstatus: what its own status says, and nothing else.
package struct Health: Hashable, Sendable, CustomStringConvertible {
    /// The verdict.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// As asked for.
        case current
        /// On the way there.
        case inProgress
        /// It will not get there by itself.
        case failed
        /// Being deleted.
        case terminating
        /// The object does not tell.
        case unknown
    }

    package let state: State
    /// One word for machines, such as `LessReady`; empty for a healthy object.
    package let reason: String
    /// One sentence for people: what is missing.
    ///
    /// Empty for a healthy object.
    package let message: String

    package init(_ state: State, _ reason: String = "", _ message: String = "") {
        self.state = state
        self.reason = reason
        self.message = message
    }

    static let current = Health(.current)

    static func inProgress(_ reason: String, _ message: String) -> Health { Health(.inProgress, reason, message) }

    static func failed(_ reason: String, _ message: String) -> Health { Health(.failed, reason, message) }

    package var isCurrent: Bool { state == .current }

    package var description: String {
        reason.isEmpty ? state.rawValue : "\(state.rawValue) (\(reason)): \(message)"
    }

    /// Reads the health of `object` from its status.
    package init(of object: KubernetesObject) {
        let view = StatusView(object)
        let kind = object.type.groupKind
        guard !object.isTerminating else {
            self = Self.terminating(view)
            return
        }
        self = Self.suspension(view) ?? Self.lag(view) ?? Self.rule(for: kind)(view)
    }

    typealias Rule = @Sendable (StatusView) -> Health

    /// The rule of the kind, of its group, or the one for everything else.
    private static func rule(for kind: GroupKind) -> Rule {
        builtinRules[kind] ?? customRules[kind] ?? groupRules[kind.group] ?? generic
    }

    /// The kinds of Kubernetes itself that tell; of all others of its own, existing is all there is to it.
    private static let builtinRules: [GroupKind: Rule] = [
        GroupKind(group: "apps", kind: "Deployment"): deployment,
        GroupKind(group: "apps", kind: "StatefulSet"): statefulSet,
        GroupKind(group: "apps", kind: "DaemonSet"): daemonSet,
        GroupKind(group: "apps", kind: "ReplicaSet"): replicaSet,
        GroupKind(kind: "ReplicationController"): replicaSet,
        GroupKind(kind: "Pod"): pod,
        GroupKind(kind: "PersistentVolumeClaim"): claim,
        GroupKind(kind: "PersistentVolume"): volume,
        GroupKind(kind: "Service"): service,
        GroupKind(kind: "Namespace"): namespace,
        GroupKind(group: "batch", kind: "Job"): job,
        GroupKind(group: "batch", kind: "CronJob"): cronJob,
        GroupKind(group: "autoscaling", kind: "HorizontalPodAutoscaler"): autoscaler,
        GroupKind(group: "policy", kind: "PodDisruptionBudget"): disruptionBudget,
        GroupKind(group: "networking.k8s.io", kind: "Ingress"): existence,
        GroupKind(group: "certificates.k8s.io", kind: "CertificateSigningRequest"): signingRequest,
        GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"): definition,
        GroupKind(group: "apiregistration.k8s.io", kind: "APIService"): apiService,
    ]

    /// For kinds that are as asked for as soon as they exist.
    static let existence: Rule = { _ in .current }

    // MARK: - What holds for every kind

    /// Flux looks at no object that is suspended, so its status may be old for as long as people wish.
    private static func suspension(_ view: StatusView) -> Health? {
        guard view.object.type.group.hasSuffix("toolkit.fluxcd.io"), view.specification("suspend")?.boolValue == true
        else { return nil }
        return Health(.current, "Suspended", "reconciliation is suspended")
    }

    /// The status is older than the specification, or the controller says that it is not done.
    private static func lag(_ view: StatusView) -> Health? {
        if let generation = view.object.generation, let observed = view.observedGeneration, observed != generation {
            return inProgress(
                "LatestGenerationNotObserved",
                "generation \(generation) is not observed yet, the status is of \(observed)"
            )
        }
        if let stalled = view.condition("Stalled"), stalled.isTrue { return failed(stalled.word, stalled.message) }
        if let reconciling = view.condition("Reconciling"), reconciling.isTrue {
            // Why the last attempt failed says more than that there will be another.
            if let ready = view.condition("Ready"), ready.isFalse, !ready.message.isEmpty {
                return inProgress(ready.word, ready.message)
            }
            return inProgress(reconciling.word, reconciling.message)
        }
        return nil
    }
}
