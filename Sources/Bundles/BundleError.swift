/// Why bytes are not trusted, or why a bundle cannot be made or read.
///
/// The code names the attack that the check defends against, so that a report from a cluster says at once what happened.
package struct BundleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of fault; its raw value is stable and goes into reports, metrics and messages.
    package enum Code: String, CaseIterable, Sendable {
        /// Bytes that no trusted signature or digest covers.
        case arbitrary
        /// Signed, but by no key of the role.
        case untrustedKey
        /// Signed by fewer distinct keys than the role demands.
        case belowThreshold
        /// An older version than the one already trusted.
        case rollback
        /// A version so far ahead that trusting it would lock out every honest one.
        case fastForward
        /// Metadata past its expiry: somebody withholds newer metadata.
        case freeze
        /// Metadata of another cluster.
        case wrongCluster
        /// Metadata of another role than the one asked for.
        case wrongRole
        /// Files that do not belong together.
        case mixAndMatch
        /// More bytes than announced or allowed.
        case endlessData
        /// Not the shape that the specification asks for.
        case malformed
        /// A step out of the order of the client workflow.
        case outOfOrder
        /// A secret layer that this cluster's key does not open.
        case sealed
    }

    package let code: Code
    /// What failed, on which file, and what to do next where there is something to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(message) [\(code.rawValue)]" }
}
