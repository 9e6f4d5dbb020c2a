package import Bundles
package import Concurrency

/// The agent of a cluster that was forgotten.
package struct ForgottenAgent: Hashable, Sendable {
    package let key: PublicKey
    /// The name that its cluster had.
    package let cluster: String
    /// When it was forgotten.
    package let at: UnixTime
}
