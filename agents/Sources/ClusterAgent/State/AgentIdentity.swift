package import Bundles
package import JSON

/// Who the agent is: its keys, and after enrolment the cluster it stands for.
package struct AgentIdentity: Sendable, JSONRepresentable {
    /// What the hub answered to the enrolment.
    package struct Enrolment: Hashable, Sendable, JSONRepresentable {
        package let cluster: ClusterBinding
        /// The name under which the hub knows the signing key.
        package let keyID: String
        /// The uid of the kube-system namespace of the cluster that was enrolled: nothing is applied to any other.
        package let clusterUID: String

        package init(cluster: ClusterBinding, keyID: String, clusterUID: String) {
            self.cluster = cluster
            self.keyID = keyID
            self.clusterUID = clusterUID
        }

        /// Reads the stored form.
        ///
        /// - Throws: `JSONError` naming the member that is missing.
        package init(json: JSONValue) throws(JSONError) {
            cluster = try ClusterBinding(json: json)
            keyID = try json.required("keyID")
            clusterUID = try json.required("clusterUID")
        }

        package var json: JSONValue {
            .members([
                "cluster": cluster.name, "clusterID": cluster.id, "keyID": keyID, "clusterUID": clusterUID,
            ])
        }
    }

    /// Signs every request.
    package let signingKey: SigningKey
    /// Opens the confidential layer.
    package let sealingKey: SealingKeyPair
    package var enrolment: Enrolment?

    /// New keys, not enrolled.
    package init() {
        signingKey = SigningKey()
        sealingKey = SealingKeyPair()
    }

    /// Reads the stored form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or no key.
    package init(json: JSONValue) throws(JSONError) {
        func key(_ name: String) throws(JSONError) -> [UInt8] {
            guard let bytes = Base64.decode(try json.required(name, as: String.self)) else {
                throw JSONError("base64 is expected", at: JSONPointer([name]))
            }
            return bytes
        }
        let (signing, sealing) = (try key("signingKey"), try key("sealingKey"))
        do throws(BundleError) {
            signingKey = try SigningKey(rawBytes: signing)
            sealingKey = try SealingKeyPair(rawBytes: sealing)
        } catch { throw JSONError(error.message, at: .root) }
        enrolment = try json.optional("enrolment")
    }

    package var json: JSONValue {
        .members([
            "signingKey": Base64.encode(signingKey.rawBytes),
            "sealingKey": Base64.encode(sealingKey.rawBytes),
            "enrolment": enrolment,
        ])
    }
}

extension StateDirectory {
    private static let identityFile = "identity"

    /// The stored identity; `nil` before the first run.
    ///
    /// - Throws: `StateError` when it is there and cannot be read.
    package func identity() throws(StateError) -> AgentIdentity? {
        guard let bytes = try read(Self.identityFile) else { return nil }
        do throws(JSONError) { return try AgentIdentity(json: JSONValue(parsing: bytes)) } catch {
            throw StateError("read", "\(path)/\(Self.identityFile)", because: "\(error)")
        }
    }

    /// Stores the identity and waits until it has reached the disk.
    ///
    /// - Throws: `StateError` when the disk is full or does not take it.
    package func keep(_ identity: AgentIdentity) throws(StateError) {
        try write(Self.identityFile, identity.json.serialized())
        try sync()
    }
}
