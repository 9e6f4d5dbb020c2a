/// How long each role's metadata is valid, in seconds.
package struct MetadataLifetimes: Sendable, Hashable {
    package var root: Int64 = 365 * MetadataTime.day
    package var targets: Int64 = 7 * MetadataTime.day
    package var snapshot: Int64 = 7 * MetadataTime.day
    /// Short: it bounds how long somebody can withhold news without being noticed.
    package var timestamp: Int64 = MetadataTime.day

    package init() {}

    /// The lifetime of `role`.
    package subscript(role: MetadataRole) -> Int64 {
        switch role {
        case .root: root
        case .targets: targets
        case .snapshot: snapshot
        case .timestamp: timestamp
        }
    }

    /// Whether metadata of `role` that expires at `expires` should be signed anew at `now`: half of its life is over.
    package func isDue(_ role: MetadataRole, expires: Int64, now: Int64) -> Bool {
        expires - now < self[role] / 2
    }
}
