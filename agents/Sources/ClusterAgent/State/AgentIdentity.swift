package import Bundles
package import Concurrency
package import JSON

/// Who the agent is: its keys, and after enrolment the cluster it stands for.
package struct AgentIdentity: Sendable, JSONRepresentable {
    /// What the hub answered to the enrolment.
    package struct Enrolment: Hashable, Sendable, JSONRepresentable {
        package let cluster: ClusterBinding
        /// The name under which the hub knows the signing key.
        package var keyID: String
        /// The uid of the kube-system namespace of the cluster that was enrolled: nothing is applied to any other.
        package let clusterUID: String
        /// The SHA-256 of the token that was used up for it; `nil` when that is not known.
        package let tokenDigest: Digest?

        package init(cluster: ClusterBinding, keyID: String, clusterUID: String, tokenDigest: Digest? = nil) {
            self.cluster = cluster
            self.keyID = keyID
            self.clusterUID = clusterUID
            self.tokenDigest = tokenDigest
        }

        /// Whether both are of one cluster, with whichever key.
        package func isOfSameCluster(as other: Enrolment) -> Bool {
            cluster == other.cluster && clusterUID == other.clusterUID
        }

        /// Reads the stored form.
        ///
        /// - Throws: `JSONError` naming the member that is missing.
        package init(json: JSONValue) throws(JSONError) {
            cluster = try ClusterBinding(json: json)
            keyID = try json.required("keyID")
            clusterUID = try json.required("clusterUID")
            tokenDigest = try json.optional("tokenDigest")
        }

        package var json: JSONValue {
            .members([
                "cluster": cluster.name, "clusterID": cluster.id, "keyID": keyID, "clusterUID": clusterUID,
                "tokenDigest": tokenDigest,
            ])
        }
    }

    /// The two keys of an agent.
    package struct Keys: Sendable {
        /// Signs every request.
        package let signing: SigningKey
        /// Opens the confidential layer.
        package let sealing: SealingKeyPair

        /// New keys.
        package init() {
            signing = SigningKey()
            sealing = SealingKeyPair()
        }

        init(signing: SigningKey, sealing: SealingKeyPair) {
            self.signing = signing
            self.sealing = sealing
        }
    }

    package private(set) var keys: Keys
    /// How often keys have taken the place of others; of two copies of an identity the one with more is newer.
    package private(set) var replacements: Int64 = 0
    /// When these keys were taken, by the clock of then, in seconds since 1970; `nil` when that is not known.
    package var keysSince: Int64?
    /// The keys that are to take their place; the hub may count them already.
    package var next: Keys?
    /// The sealing key before: the newest bundle may still be sealed to it.
    package private(set) var previousSealing: SealingKeyPair?
    package var enrolment: Enrolment?

    /// New keys, not enrolled.
    package init() {
        keys = Keys()
    }

    package var signingKey: SigningKey { keys.signing }

    /// Every key that a confidential layer may be sealed to.
    package var sealingKeys: [SealingKeyPair] {
        [keys.sealing, next?.sealing, previousSealing].compactMap(\.self)
    }

    /// Takes the next keys for its own.
    package mutating func promote(keyID: String, now: UnixTime) {
        guard let next else { return }
        previousSealing = keys.sealing
        keys = next
        replacements += 1
        keysSince = now.seconds
        enrolment?.keyID = keyID
        self.next = nil
    }

    /// Reads the stored form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or no key.
    package init(json: JSONValue) throws(JSONError) {
        guard let keys = try Keys(json, "signingKey", "sealingKey") else {
            throw JSONError("a key is missing", at: JSONPointer(["signingKey"]))
        }
        self.keys = keys
        next = try Keys(json, "nextSigningKey", "nextSealingKey")
        previousSealing = try Keys.sealing(json, "previousSealingKey")
        replacements = try json.optional("replacements") ?? 0
        keysSince = try json.optional("keysSince")
        enrolment = try json.optional("enrolment")
    }

    package var json: JSONValue {
        .members([
            "signingKey": Base64.encode(keys.signing.rawBytes),
            "sealingKey": Base64.encode(keys.sealing.rawBytes),
            "nextSigningKey": next.map { Base64.encode($0.signing.rawBytes) },
            "nextSealingKey": next.map { Base64.encode($0.sealing.rawBytes) },
            "previousSealingKey": previousSealing.map { Base64.encode($0.rawBytes) },
            "replacements": replacements,
            "keysSince": keysSince,
            "enrolment": enrolment,
        ])
    }
}

extension AgentIdentity.Keys {
    /// `nil` when the first of the two is not there.
    fileprivate init?(_ json: JSONValue, _ signingMember: String, _ sealingMember: String) throws(JSONError) {
        guard let bytes = try Self.bytes(json, signingMember) else { return nil }
        guard let sealing = try Self.sealing(json, sealingMember) else {
            throw JSONError("a key is missing", at: JSONPointer([sealingMember]))
        }
        do throws(BundleError) { self.init(signing: try SigningKey(rawBytes: bytes), sealing: sealing) } catch {
            throw JSONError(error.message, at: JSONPointer([signingMember]))
        }
    }

    fileprivate static func sealing(_ json: JSONValue, _ member: String) throws(JSONError) -> SealingKeyPair? {
        guard let bytes = try bytes(json, member) else { return nil }
        do throws(BundleError) { return try SealingKeyPair(rawBytes: bytes) } catch {
            throw JSONError(error.message, at: JSONPointer([member]))
        }
    }

    private static func bytes(_ json: JSONValue, _ member: String) throws(JSONError) -> [UInt8]? {
        guard let text = try json.optional(member, as: String.self) else { return nil }
        guard let bytes = Base64.decode(text) else {
            throw JSONError("base64 is expected", at: JSONPointer([member]))
        }
        return bytes
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
