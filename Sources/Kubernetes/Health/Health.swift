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
        guard !object.isTerminating else {
            let holders = object.finalizers.isEmpty ? "" : "; held by \(object.finalizers.joined(separator: ", "))"
            self.init(.terminating, "Terminating", "being deleted since \(object.deletionTimestamp ?? "")\(holders)")
            return
        }
        let view = StatusView(object)
        self = Self.lag(view) ?? Self.rules[object.type.groupKind]?(view) ?? Self.generic(view)
    }

    /// Every rule of a kind; all other kinds are judged by their conditions.
    private static let rules: [GroupKind: @Sendable (StatusView) -> Health] = [
        GroupKind(group: "apps", kind: "Deployment"): deployment,
        GroupKind(group: "apps", kind: "StatefulSet"): statefulSet,
        GroupKind(group: "apps", kind: "DaemonSet"): daemonSet,
        GroupKind(group: "apps", kind: "ReplicaSet"): replicaSet,
        GroupKind(kind: "ReplicationController"): replicaSet,
        GroupKind(kind: "Pod"): pod,
        GroupKind(kind: "PersistentVolumeClaim"): claim,
        GroupKind(kind: "Service"): service,
        GroupKind(kind: "Namespace"): namespace,
        GroupKind(group: "batch", kind: "Job"): job,
        GroupKind(group: "batch", kind: "CronJob"): { _ in .current },
        GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"): definition,
        GroupKind(group: "apiregistration.k8s.io", kind: "APIService"): apiService,
    ]

    // MARK: - What holds for every kind

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
            return inProgress(reconciling.word, reconciling.message)
        }
        return nil
    }

    /// By the conditions `Ready`, `Available` or `Healthy`, whichever is there first; an object without any is current.
    private static func generic(_ view: StatusView) -> Health {
        for type in ["Ready", "Available", "Healthy"] {
            guard let condition = view.condition(type) else { continue }
            return condition.isTrue ? .current : inProgress(condition.word, condition.message)
        }
        return .current
    }
}
