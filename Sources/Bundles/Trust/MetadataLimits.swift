/// How many bytes of metadata a client takes before it gives up, where nothing signed announces the length.
package struct MetadataLimits: Sendable, Hashable {
    package var root = 512 * 1024
    package var timestamp = 16 * 1024
    package var snapshot = 2 * 1024 * 1024
    package var targets = 8 * 1024 * 1024
    /// How many root files are followed in one update; beyond it somebody feeds an endless chain.
    package var rootRotations = 256
    /// How far a version may jump; beyond it a stolen key tries to lock out every later version.
    package var versionJump: Int64 = 1_000_000

    package init() {}

    /// The limit of `role`'s file.
    package subscript(role: MetadataRole) -> Int {
        switch role {
        case .root: root
        case .targets: targets
        case .snapshot: snapshot
        case .timestamp: timestamp
        }
    }
}
