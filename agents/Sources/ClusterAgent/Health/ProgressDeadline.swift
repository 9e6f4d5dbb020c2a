package import Concurrency
import JSON
package import Kubernetes

/// How long an object may be on its way before it counts as failed.
package enum ProgressDeadline {
    /// For kinds about which nothing better is known.
    package static let standard = Duration.seconds(600)
    /// How much later than a Deployment's controller we lose patience: it knows better what progress is.
    private static let slack = Duration.seconds(60)

    /// The deadline of `object`; `nil` when it may take for ever.
    ///
    /// The annotation `otomi.io/progress-deadline` gives it in seconds, 0 for no deadline; another text does not count.
    package static func limit(of object: KubernetesObject) -> Duration? {
        if let text = object.annotations[Annotation.progressDeadline], let seconds = Int64(text), seconds >= 0 {
            return seconds == 0 ? nil : .seconds(min(seconds, 30 * 86_400))
        }
        switch (object.type.group, object.kind) {
        case ("apps", "Deployment"):
            let own = object.spec?["progressDeadlineSeconds"]?.integerValue
            return own.map { .seconds(min($0, 30 * 86_400)) + slack } ?? standard
        // A node after the other pulls its image and starts.
        case ("apps", "StatefulSet"), ("apps", "DaemonSet"): return .seconds(900)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): return .seconds(120)
        // Helm's own time limit is five minutes, and Flux tries more than once.
        case ("helm.toolkit.fluxcd.io", _), ("kustomize.toolkit.fluxcd.io", _): return .seconds(1_200)
        // Authorities and name servers take their time.
        case ("cert-manager.io", _), ("acme.cert-manager.io", _): return .seconds(1_800)
        default: return standard
        }
    }

    /// A number that rises while a workload makes progress; only a new height counts, so that pods which come and go do not.
    package static func height(of object: KubernetesObject) -> Int64 {
        guard object.type.group == "apps" else { return 0 }
        let counters = ["updatedReplicas", "readyReplicas", "updatedNumberScheduled", "numberReady"]
        return counters.reduce(0) { $0 + (object.status?[$1]?.integerValue ?? 0) }
    }

    /// The health at `now` of an object that has been on its way, without progress, since `since`.
    package static func judge(
        _ health: ObjectHealth,
        since: UnixTime,
        limit: Duration?,
        now: UnixTime
    ) -> ObjectHealth {
        guard case .progressing(let text) = health, let limit, now - since >= limit else { return health }
        let seconds = limit.components.seconds
        return .failed(
            BoundedText.cut("ProgressDeadlineExceeded: no progress for \(seconds) s; last: \(text)")
        )
    }
}
