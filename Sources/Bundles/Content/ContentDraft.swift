import JSON

/// The forms of a team's layer that the team is to sign, while its signatures are collected.
package struct ContentDraft: Hashable, Sendable {
    package let team: String
    package let keys: ContentKeys
    package let content: TargetsMetadata
    package let file: SignedMetadata

    /// A draft without signatures that vouches for `layers`, each with its digest and length.
    ///
    /// - Throws: `BundleError.malformed` when it cannot be written down.
    package init(
        team: String,
        keys: ContentKeys,
        version: Int64,
        expires: Int64,
        layers: [Digest: Int]
    ) throws(BundleError) {
        var targets: [String: TargetFile] = [:]
        for (digest, length) in layers {
            targets[TeamContent.path(of: team, digest)] = TargetFile(length: length, digest: digest, custom: nil)
        }
        let content = TargetsMetadata(version: version, expires: expires, targets: targets, custom: nil)
        try self.init(SignedMetadata(signing: content, with: []).bytes, team: team, keys: keys)
    }

    /// Reads a draft.
    ///
    /// - Throws: `BundleError` when it is no targets metadata, or vouches for something else than layers of `team`.
    package init(_ bytes: [UInt8], team: String, keys: ContentKeys) throws(BundleError) {
        let name = "\(TeamContent.role(of: team)).json"
        file = try SignedMetadata(parsing: bytes, name: name)
        content = try file.content(TargetsMetadata.self, name: name)
        self.team = team
        self.keys = keys
        let isProper =
            content.delegations == nil
            && content.targets.allSatisfy { path, target in
                target.digest.map { TeamContent.path(of: team, $0) == path } ?? false
            }
        guard isProper else {
            throw BundleError(.malformed, "\(name) vouches for something else than layers of team \(team)")
        }
    }

    /// The layers that it vouches for: digests and lengths.
    package var layers: [Digest: Int] {
        var layers: [Digest: Int] = [:]
        for target in content.targets.values {
            if let digest = target.digest { layers[digest] = target.length }
        }
        return layers
    }

    /// Who has signed.
    package var signed: [String] {
        keys.keys.keys.sorted().filter { id in
            file.signatures.contains { $0.keyID == id && fits($0) }
        }
    }

    /// Whether enough keys have signed, as agents count.
    package var isComplete: Bool {
        let verified: Void? = try? file.verify(signers: keys.keys, threshold: keys.threshold, name: "the draft")
        return verified != nil
    }

    /// The same draft, signed by `key` too.
    ///
    /// - Throws: `BundleError.untrustedKey` when the key is none of the team's.
    package func signed(with key: SigningKey) throws(BundleError) -> ContentDraft {
        try adding([SignedMetadata.Signature(keyID: key.keyID, bytes: key.sign(file.message()))])
    }

    /// The same draft with the signatures of `other` beside its own.
    ///
    /// - Throws: `BundleError.mixAndMatch` when another draft was signed, `.untrustedKey` for a key that is none of the
    ///   team's, `.arbitrary` when a signature does not fit.
    package func adding(signaturesOf other: SignedMetadata) throws(BundleError) -> ContentDraft {
        guard other.signed == file.signed else {
            throw BundleError(.mixAndMatch, "what was signed is not what waits for team \(team) now: look at it again")
        }
        return try adding(other.signatures)
    }

    private func adding(_ signatures: [SignedMetadata.Signature]) throws(BundleError) -> ContentDraft {
        for signature in signatures {
            guard keys.keys[signature.keyID] != nil else {
                throw BundleError(.untrustedKey, "the key \(signature.keyID) is none of team \(team)'s")
            }
            guard fits(signature) else {
                throw BundleError(.arbitrary, "the signature of key \(signature.keyID) does not fit this draft")
            }
        }
        return try ContentDraft(file.merging(signatures).serialized(), team: team, keys: keys)
    }

    private func fits(_ signature: SignedMetadata.Signature) -> Bool {
        guard let bytes = signature.bytes, let message = try? file.message() else { return false }
        return keys.keys[signature.keyID]?.publicKey?.verifies(bytes, of: message) ?? false
    }
}
