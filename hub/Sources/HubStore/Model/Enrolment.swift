package import Bundles

/// What an agent shows to enrol.
package struct Enrolment: Hashable, Sendable {
    package let token: String
    /// The cluster that the agent takes itself to be; `nil` when it does not say.
    package let cluster: String?
    package let clusterUID: String
    package let publicKey: PublicKey
    package let sealingKey: SealingPublicKey
    package let bootID: String
    package let agentVersion: String
    package let kubernetesVersion: String
    /// Where it comes from.
    package let address: String?

    package init(
        token: String,
        cluster: String? = nil,
        clusterUID: String,
        publicKey: PublicKey,
        sealingKey: SealingPublicKey,
        bootID: String,
        agentVersion: String,
        kubernetesVersion: String,
        address: String? = nil
    ) {
        self.token = token
        self.cluster = cluster
        self.address = address
        self.clusterUID = clusterUID
        self.publicKey = publicKey
        self.sealingKey = sealingKey
        self.bootID = bootID
        self.agentVersion = agentVersion
        self.kubernetesVersion = kubernetesVersion
    }
}
