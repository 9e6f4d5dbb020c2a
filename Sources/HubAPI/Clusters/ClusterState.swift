/// How a cluster stands against its desired revision.
///
/// Not an enumeration: an older client must be able to show a state that a newer hub has invented.
package struct ClusterState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// Added, its agent has not enrolled yet.
    package static let pending = ClusterState(rawValue: "pending")
    /// Enrolled, nothing reported yet.
    package static let connected = ClusterState(rawValue: "connected")
    /// Runs its desired revision and everything is ready.
    package static let inSync = ClusterState(rawValue: "inSync")
    /// On its way to the desired revision.
    package static let progressing = ClusterState(rawValue: "progressing")
    /// Runs the desired revision, but not everything is ready or could be applied.
    package static let degraded = ClusterState(rawValue: "degraded")
    /// Does not run its desired revision and is not on its way.
    package static let outOfSync = ClusterState(rawValue: "outOfSync")
    /// Held back on purpose.
    package static let held = ClusterState(rawValue: "held")
    /// Has not reported for too long.
    package static let lost = ClusterState(rawValue: "lost")
    /// Its agent may not come back.
    package static let revoked = ClusterState(rawValue: "revoked")

    /// Whether an agent belongs to the cluster, so that it can be waited for.
    package var isEnrolled: Bool { self != .pending && self != .revoked }

    package var description: String { rawValue }
}
