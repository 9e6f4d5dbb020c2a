package import JSON

/// Asks for new keys in place of ones that have grown too old to be taken; an operator decides.
///
/// The request is signed with the old key, which proves who asks; the uid proves that it is still the same cluster.
package struct RenewRequest: Hashable, Sendable, JSONRepresentable {
    package let rotation: RotateRequest
    /// The uid of the cluster's kube-system namespace.
    package let clusterUID: String
    package let agentVersion: String
    package let kubernetesVersion: String

    package init(rotation: RotateRequest, clusterUID: String, agentVersion: String, kubernetesVersion: String) {
        self.rotation = rotation
        self.clusterUID = clusterUID
        self.agentVersion = agentVersion
        self.kubernetesVersion = kubernetesVersion
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or no key.
    package init(json: JSONValue) throws(JSONError) {
        rotation = try json.required("rotation")
        clusterUID = try json.required("clusterUID")
        agentVersion = try json.required("agentVersion")
        kubernetesVersion = try json.required("kubernetesVersion")
    }

    package var json: JSONValue {
        .members([
            "rotation": rotation, "clusterUID": clusterUID, "agentVersion": agentVersion,
            "kubernetesVersion": kubernetesVersion,
        ])
    }
}
