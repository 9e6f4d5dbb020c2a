package import JSON

/// The envelope `{signed, signatures}` of every metadata file, before and after its signatures were checked.
package struct SignedMetadata: Hashable, Sendable {
    /// A signature and the id of the key that made it.
    package struct Signature: Hashable, Sendable {
        package let keyID: String
        /// `nil` when the text is no lower-case hexadecimal; such a signature counts for nothing.
        package let bytes: [UInt8]?
    }

    /// The part that the signatures cover.
    package let signed: JSONValue
    package let signatures: [Signature]
    /// The file as it was received or made.
    package let bytes: [UInt8]
    private let canonical: [UInt8]

    /// How deep metadata nests at most; far above honest files, far below what would hurt.
    private static let maximumDepth = 32
    private static let maximumSignatures = 64

    /// Reads a file.
    ///
    /// - Throws: `BundleError.malformed` for text that has more than one meaning (duplicate keys, fractions, a byte order
    ///   mark), a wrong shape, or two signatures under one key id.
    package init(parsing bytes: [UInt8], name: String) throws(BundleError) {
        do throws(JSONError) {
            let envelope = try JSONValue(parsing: bytes, maximumDepth: Self.maximumDepth)
            signed = try envelope.required("signed")
            guard signed.objectValue != nil else {
                throw JSONError("an object is expected", at: JSONPointer(["signed"]))
            }
            let listed = try envelope.required("signatures", as: [JSONValue].self)
            guard listed.count <= Self.maximumSignatures else {
                throw JSONError("more than \(Self.maximumSignatures) signatures", at: JSONPointer(["signatures"]))
            }
            signatures = try Self.signatures(listed)
            canonical = try signed.canonical()
        } catch {
            throw BundleError(.malformed, "\(name) is no TUF metadata: \(error)")
        }
        self.bytes = bytes
    }

    private static func signatures(_ listed: [JSONValue]) throws(JSONError) -> [Signature] {
        var seen: Set<String> = []
        var signatures: [Signature] = []
        for (index, json) in listed.enumerated() {
            do throws(JSONError) {
                let keyID = try json.required("keyid", as: String.self)
                guard seen.insert(keyID).inserted else {
                    throw JSONError("the key \(keyID) signs twice", at: JSONPointer(["keyid"]))
                }
                let text = try json.required("sig", as: String.self)
                signatures.append(Signature(keyID: keyID, bytes: Hexadecimal.decode(text)))
            } catch {
                throw error.inside(String(index)).inside("signatures")
            }
        }
        return signatures
    }

    /// Signs `content` with every one of `keys`.
    ///
    /// - Throws: `BundleError.malformed` when the content has a number that canonical JSON does not have.
    package init(signing content: some RoleMetadata, with keys: [SigningKey]) throws(BundleError) {
        signed = content.json
        do throws(JSONError) { canonical = try signed.canonical() } catch {
            throw BundleError(.malformed, "\(type(of: content).role.fileName) cannot be signed: \(error)")
        }
        var signatures: [Signature] = []
        for key in keys.sorted(by: { $0.keyID < $1.keyID }) where signatures.last?.keyID != key.keyID {
            signatures.append(Signature(keyID: key.keyID, bytes: try key.sign(canonical)))
        }
        self.signatures = signatures
        let listed = signatures.map { signature -> JSONValue in
            ["keyid": .string(signature.keyID), "sig": .string(Hexadecimal.encode(signature.bytes ?? []))]
        }
        bytes = JSONValue.object(["signed": signed, "signatures": .array(listed)]).serialized()
    }

    /// Checks that enough of `signers` signed, counting distinct keys and not distinct names of keys.
    ///
    /// - Throws: `BundleError.untrustedKey` when no signature names a key of the role, `.arbitrary` when one does and does
    ///   not fit the bytes, `.belowThreshold` when too few fit.
    package func verify(
        signers: [String: MetadataKey],
        threshold: Int,
        name: String,
        rules: ClientRules = .fleet
    ) throws(BundleError) {
        var valid: Set<MetadataKey> = []
        var failed: String?
        var isNamed = false
        for signature in signatures {
            guard let key = signers[signature.keyID] else { continue }
            isNamed = true
            if let bytes = signature.bytes, rules.verifies(key, bytes, canonical) {
                valid.insert(key)
            } else {
                failed = signature.keyID
            }
        }
        if valid.count >= max(1, threshold) { return }
        if let failed {
            throw BundleError(
                .arbitrary,
                "\(name) was changed after signing: the signature of key \(failed) does not fit"
            )
        }
        guard isNamed else {
            throw BundleError(.untrustedKey, "\(name) is signed by no key that the trusted root lists for its role")
        }
        throw BundleError(
            .belowThreshold,
            "\(name) is signed by \(valid.count) of the \(threshold) distinct keys that its role demands"
        )
    }

    /// Reads the signed part as `Content`.
    ///
    /// - Throws: `BundleError.wrongRole` when it is another role's, `.malformed` for a wrong shape.
    package func content<Content: RoleMetadata>(
        _ type: Content.Type = Content.self,
        name: String
    ) throws(BundleError) -> Content {
        try checkType(Content.role, name: name)
        do throws(JSONError) { return try Content(json: signed) } catch {
            throw BundleError(.malformed, "\(name) is no \(Content.role.rawValue) metadata: \(error)")
        }
    }
    /// Reads the signed part as a root, as strictly as `rules` say.
    ///
    /// - Throws: as `content`.
    func root(name: String, rules: ClientRules) throws(BundleError) -> RootMetadata {
        guard rules.takesUnreachableThresholds else { return try content(RootMetadata.self, name: name) }
        try checkType(.root, name: name)
        do throws(JSONError) { return try RootMetadata(json: signed, thresholdsMustBeReachable: false) } catch {
            throw BundleError(.malformed, "\(name) is no root metadata: \(error)")
        }
    }

    private func checkType(_ role: MetadataRole, name: String) throws(BundleError) {
        guard let found = signed["_type"]?.stringValue, found != role.rawValue, MetadataRole(rawValue: found) != nil
        else { return }
        throw BundleError(.wrongRole, "\(name) holds \(found) metadata, not \(role.rawValue)")
    }
}
