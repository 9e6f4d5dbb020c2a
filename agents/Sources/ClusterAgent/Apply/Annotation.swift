/// The annotations by which people and documents speak to the agent.
package enum Annotation {
    /// On an object: `disabled` keeps it from being deleted by us, whatever the bundle says.
    package static let prune = "otomi.io/prune"
    /// On an object: `disabled` leaves it away once it was applied and is gone.
    package static let recreate = "otomi.io/recreate"
    /// On an object: `enabled` deletes and makes it anew when a field that cannot be changed has changed.
    package static let replace = "otomi.io/replace"
    /// On an object: `force` takes declared fields over from other managers.
    package static let conflicts = "otomi.io/conflicts"
    /// On an object: how many seconds it may be on its way before it counts as failed; 0 for as long as it takes.
    package static let progressDeadline = "otomi.io/progress-deadline"
    /// On an object, or on the agent's ConfigMap for the whole cluster: `enforce`, `report` or `off`.
    package static let drift = "otomi.io/drift"
    /// On the agent's ConfigMap: any text pauses applying on this cluster and is the reason that is reported.
    package static let hold = "otomi.io/hold"
}
