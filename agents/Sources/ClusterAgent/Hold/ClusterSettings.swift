package import Bundles
package import Kubernetes

/// What the people of the cluster say to the agent, by annotations on its ConfigMap.
package struct ClusterSettings: Hashable, Sendable {
    /// Why nothing may be changed on this cluster; `nil` when everything may.
    package let hold: String?
    /// What is done about drift here, whatever the hub says; `nil` leaves it to the hub.
    package let drift: Directives.DriftMode?

    /// What holds where nobody said anything.
    package static let none = ClusterSettings()

    package init(hold: String? = nil, drift: Directives.DriftMode? = nil) {
        self.hold = hold
        self.drift = drift
    }

    /// Reads the annotations of `object`: an empty reason is a hold too, and another word for a mode counts as none.
    package init(_ object: KubernetesObject) {
        let annotations = object.annotations
        let reason = annotations[Annotation.hold].map { BoundedText.cut($0) }
        self.init(
            hold: reason.map { $0.isEmpty ? "no reason is given" : $0 },
            drift: annotations[Annotation.drift].flatMap(Directives.DriftMode.init)
        )
    }
}
