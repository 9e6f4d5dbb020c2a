package import Bundles

/// What an agent signs its requests with.
package struct HubCredentials: Sendable {
    package let signingKey: SigningKey
    /// The name under which the hub knows the key; `nil` for its own.
    package let keyID: String?
    /// Which run of the agent asks.
    package let bootID: String

    package init(signingKey: SigningKey, keyID: String? = nil, bootID: String) {
        self.signingKey = signingKey
        self.keyID = keyID
        self.bootID = bootID
    }
}

extension AgentIdentity {
    /// What the identity signs with in the run `bootID`.
    package func credentials(bootID: String) -> HubCredentials {
        HubCredentials(signingKey: keys.signing, keyID: enrolment?.keyID, bootID: bootID)
    }
}
