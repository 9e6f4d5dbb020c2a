package import Values

/// Why a cluster's bundle stays as it is.
package struct BlockedPublication: Hashable, Sendable {
    /// The cluster's name.
    package let cluster: String
    /// The revision that cannot be compiled for it.
    package let revision: Int64
    let inputVersion: Int64
    package let faults: [Fault]
}
