package import Bundles
package import JSON

/// What an agent sends once, with its one-time token, to become a cluster of the fleet.
///
/// The request is signed like every other, by the key that it introduces: this proves that the agent holds it.
package struct EnrolRequest: Hashable, Sendable, JSONRepresentable {
    /// The one-time token that the operator was given.
    package let token: String
    /// The cluster that the agent takes itself to be, where its token says so; the hub refuses it for any other.
    ///
    /// Nothing else of an identity can be asked for: what the hub does not know here it does not read.
    package let cluster: String?
    /// The uid of the cluster's kube-system namespace: a cluster that was made anew has another one.
    package let clusterUID: String
    package let publicKey: PublicKey
    package let sealingKey: SealingPublicKey
    /// Random, new at each start of the agent; two at once mean a copy of its state is running elsewhere.
    package let bootID: String
    package let agentVersion: String
    package let kubernetesVersion: String

    package init(
        token: String,
        cluster: String? = nil,
        clusterUID: String,
        publicKey: PublicKey,
        sealingKey: SealingPublicKey,
        bootID: String,
        agentVersion: String,
        kubernetesVersion: String
    ) {
        self.token = token
        self.cluster = cluster
        self.clusterUID = clusterUID
        self.publicKey = publicKey
        self.sealingKey = sealingKey
        self.bootID = bootID
        self.agentVersion = agentVersion
        self.kubernetesVersion = kubernetesVersion
    }

    /// The cluster that a token is for, as it says itself: `otomi_enrol_NAME_…`; `nil` when it does not.
    package static func cluster(ofToken token: String) -> String? {
        let parts = token.split(separator: "_", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "otomi" && parts[1] == "enrol" ? String(parts[2]) : nil
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or no key.
    package init(json: JSONValue) throws(JSONError) {
        token = try json.required("token")
        cluster = try json.optional("cluster")
        clusterUID = try json.required("clusterUID")
        publicKey = try json.publicKey("publicKey")
        sealingKey = try json.sealingKey("sealingKey")
        bootID = try json.required("bootID")
        agentVersion = try json.required("agentVersion")
        kubernetesVersion = try json.required("kubernetesVersion")
    }

    package var json: JSONValue {
        .members([
            "token": token,
            "cluster": cluster,
            "clusterUID": clusterUID,
            "publicKey": publicKey.base64,
            "sealingKey": sealingKey.base64,
            "bootID": bootID,
            "agentVersion": agentVersion,
            "kubernetesVersion": kubernetesVersion,
        ])
    }
}

extension JSONValue {
    func publicKey(_ member: String) throws(JSONError) -> PublicKey {
        guard let key = PublicKey(base64: try required(member)) else {
            throw JSONError("an Ed25519 public key in base64 is expected", at: JSONPointer([member]))
        }
        return key
    }

    func sealingKey(_ member: String) throws(JSONError) -> SealingPublicKey {
        guard let key = SealingPublicKey(base64: try required(member)) else {
            throw JSONError("an X25519 public key in base64 is expected", at: JSONPointer([member]))
        }
        return key
    }
}
