package import Concurrency

/// Something that somebody responsible for security should see.
package struct SecurityEvent: Hashable, Sendable {
    /// The kinds; their raw values are stored, so they never change.
    package enum Kind: String, CaseIterable, Sendable {
        /// An enrolment token was used a second time, by another key.
        case tokenReused = "token-reused"
        /// An enrolment token was shown after its time.
        case tokenExpired = "token-expired"
        /// An agent asked to enrol for another cluster, or with another cluster's key.
        case wrongCluster = "wrong-cluster"
        /// A cluster was made anew under a name that another one had.
        case clusterReplaced = "cluster-replaced"
        /// Two agents speak with one identity.
        case cloneSuspected = "clone-suspected"
        /// An agent waits for an operator's word.
        case approvalAsked = "approval-asked"
        /// A key that was revoked was used.
        case revokedKeyUsed = "revoked-key-used"
        /// An account was locked after too many wrong passwords.
        case accountLocked = "account-locked"
        /// A refresh token was shown a second time: somebody has a copy of it.
        case refreshTokenReused = "refresh-token-reused"
        /// An agent has seen what the database does not know.
        case agentAhead = "agent-ahead"
    }

    package let kind: Kind
    /// The name of the cluster, the account or the token that it is about.
    package let subject: String
    /// The cluster, when it is about one.
    package let clusterID: String?
    /// Where the request came from; `nil` when nobody asked over the network.
    package let address: String?
    /// One sentence; no secret, and nothing that changes with each repetition.
    package let detail: String

    package init(_ kind: Kind, subject: String, clusterID: String? = nil, address: String? = nil, detail: String) {
        self.kind = kind
        self.subject = subject
        self.clusterID = clusterID
        self.address = address
        self.detail = detail
    }
}

/// A security event as it is stored: equal ones of one hour are counted in one.
package struct StoredSecurityEvent: Hashable, Sendable {
    package let id: Int64
    package let event: SecurityEvent
    package let firstAt: UnixTime
    package let lastAt: UnixTime
    package let times: Int64
}
