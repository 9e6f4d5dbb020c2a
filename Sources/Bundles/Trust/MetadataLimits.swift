/// How much metadata a client takes before it gives up.
package struct MetadataLimits: Sendable, Hashable {
    // In bytes, where nothing signed announces the length.
    package var root = 512 * 1024
    package var timestamp = 16 * 1024
    package var snapshot = 2 * 1024 * 1024
    package var targets = 8 * 1024 * 1024
    /// How long a file may be announced to be; a stolen key must not fill the client's memory.
    package var announced = 64 * 1024 * 1024
    /// How many root files are followed in one update; beyond it somebody feeds an endless chain.
    package var rootRotations = 256
    /// How many delegated roles are asked for one file.
    package var searchedRoles = 32
    /// How many delegated roles' metadata is held.
    package var delegatedRoles = 256
    /// How far a version may jump; beyond it a stolen key tries to lock out every later version.
    package var versionJump: Int64 = 1_000_000

    package init() {}

    /// The limit of `role`'s file; a delegated role's is that of targets.
    package subscript(role: MetadataRole) -> Int {
        switch role {
        case .root: root
        case .targets: targets
        case .snapshot: snapshot
        case .timestamp: timestamp
        }
    }
}
