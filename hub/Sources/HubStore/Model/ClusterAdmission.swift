package import Concurrency

/// What stands between a cluster's agent and the hub, beside a revocation.
package struct ClusterAdmission: Hashable, Sendable {
    /// An agent that waits for an operator's word.
    package struct Candidate: Hashable, Sendable {
        package enum Kind: String, Sendable {
            /// A new agent with a token.
            case enrolment
            /// The cluster's agent, whose key has grown too old.
            case renewal
        }

        package let kind: Kind
        /// The id of the key that it wants to have.
        package let keyID: String
        package let clusterUID: String
        package let address: String
        package let askedAt: UnixTime
        package let isRejected: Bool
    }

    /// Two agents that speak with one identity.
    package struct Clone: Hashable, Sendable {
        /// When the older boot last spoke after the newer one.
        package let at: UnixTime
        package let olderBootID: String
        package let olderAddress: String
        package let newerBootID: String
        package let newerAddress: String

        /// Who speaks, in one sentence.
        package var sentence: String {
            let older = "boot \(olderBootID) at \(Self.place(olderAddress))"
            let newer = "the newer boot \(newerBootID) at \(Self.place(newerAddress))"
            return "Two agents speak with its identity: \(older) and \(newer)."
        }

        private static func place(_ address: String) -> String { address.isEmpty ? "an unknown address" : address }
    }

    package let candidate: Candidate?
    package let clone: Clone?
    /// Since when its agent is shut out until an operator decides.
    package let quarantinedAt: UnixTime?
    /// Whether new agents of it wait for an operator.
    package let requiresApproval: Bool
}
