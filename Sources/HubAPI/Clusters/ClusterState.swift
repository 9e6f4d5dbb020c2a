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

    /// Every state that this version knows, the one that a person should care for first at the beginning.
    package static let known: [ClusterState] = [
        .lost, .outOfSync, .degraded, .held, .progressing, .connected, .pending, .revoked, .inSync,
    ]

    /// The state that `text` names; case, blanks, hyphens and underscores do not matter.
    package init?(loosely text: String) {
        func plain(_ text: String) -> String { text.lowercased().filter { !" -_".contains($0) } }
        guard let state = Self.known.first(where: { plain($0.rawValue) == plain(text) }) else { return nil }
        self = state
    }

    /// Whether an agent belongs to the cluster, so that it can be waited for.
    package var isEnrolled: Bool { self != .pending && self != .revoked }

    package var description: String { rawValue }
}
