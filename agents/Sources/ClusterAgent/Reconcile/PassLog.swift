import Kubernetes

/// What one pass over the cluster did, for logs and for the decision when the next one is due.
package struct PassLog: Hashable, Sendable {
    package var applied = 0
    package var failed = 0
    package var waiting = 0
    package var pruned = 0
    package var held = 0
    /// The API server or the store could not be used at all; nothing is known about the objects.
    package var obstacle: String?
    /// When the next pass is due although nothing happens until then; `nil` when none is.
    package var recheck: Duration?
    /// A newer bundle came, the cluster is held, or the agent is to stop.
    package var wasCutShort = false

    package init() {}

    /// Whether a later pass has something to do although nothing new came.
    package var needsRetry: Bool { failed + waiting > 0 || held > 0 || obstacle != nil }
}
