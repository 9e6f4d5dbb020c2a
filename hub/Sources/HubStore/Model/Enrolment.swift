package import Bundles

/// What an agent shows to enrol.
package struct Enrolment: Hashable, Sendable {
    package let token: String
    package let clusterUID: String
    package let publicKey: PublicKey
    package let sealingKey: SealingPublicKey
    package let bootID: String
    package let agentVersion: String
    package let kubernetesVersion: String

    package init(
        token: String,
        clusterUID: String,
        publicKey: PublicKey,
        sealingKey: SealingPublicKey,
        bootID: String,
        agentVersion: String,
        kubernetesVersion: String
    ) {
        self.token = token
        self.clusterUID = clusterUID
        self.publicKey = publicKey
        self.sealingKey = sealingKey
        self.bootID = bootID
        self.agentVersion = agentVersion
        self.kubernetesVersion = kubernetesVersion
    }
}
