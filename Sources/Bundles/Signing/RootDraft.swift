import JSON

/// The next root while its signatures are collected.
package struct RootDraft: Hashable, Sendable {
    /// How far the holders of one root's keys have signed.
    package struct Approval: Hashable, Sendable {
        /// The version of the root whose keys these are.
        package let root: Int64
        package let threshold: Int
        /// The ids of the keys whose signature is there and fits.
        package let signed: [String]
        package let waiting: [String]

        /// Whether enough have signed.
        package var isReached: Bool { signed.count >= threshold }
    }

    /// The root that it follows.
    package let current: RootMetadata
    /// What is to be signed.
    package let next: RootMetadata
    /// The file with the signatures that are there.
    package let file: SignedMetadata

    /// A draft without signatures.
    ///
    /// - Throws: `BundleError.malformed` when it cannot be written down, which it can for every root made here.
    package init(_ next: RootMetadata, following current: RootMetadata) throws(BundleError) {
        try self.init(SignedMetadata(signing: next, with: []).bytes, following: current)
    }

    /// Reads a draft.
    ///
    /// - Throws: `BundleError` when it is no root, or does not follow `current`.
    package init(_ bytes: [UInt8], following current: RootMetadata) throws(BundleError) {
        let name = MetadataRole.root.fileName(version: current.version + 1)
        file = try SignedMetadata(parsing: bytes, name: name)
        next = try file.content(RootMetadata.self, name: name)
        self.current = current
        guard next.version == current.version + 1 else {
            throw BundleError(
                next.version <= current.version ? .rollback : .fastForward,
                "the draft is root \(next.version), and the newest root is \(current.version): make a new draft"
            )
        }
    }

    /// Of the root it follows, then its own: a client demands the thresholds of both.
    package var approvals: [Approval] { [approval(of: current), approval(of: next)] }

    /// Whether both thresholds are reached.
    package var isComplete: Bool { approvals.allSatisfy(\.isReached) }

    /// The same draft with the signatures of `other` beside its own.
    ///
    /// - Throws: `BundleError.mixAndMatch` when another draft was signed, `.untrustedKey` for a key that signs for neither
    ///   root, `.arbitrary` when a signature does not fit.
    package func adding(signaturesOf other: SignedMetadata) throws(BundleError) -> RootDraft {
        guard other.signed == file.signed else {
            throw BundleError(.mixAndMatch, "what was signed is another draft of root \(next.version): fetch this one")
        }
        return try adding(other.signatures)
    }

    /// The same draft, signed by `key` too.
    ///
    /// - Throws: `BundleError.untrustedKey` when the key signs for neither root.
    package func signed(with key: SigningKey) throws(BundleError) -> RootDraft {
        try adding([SignedMetadata.Signature(keyID: key.keyID, bytes: key.sign(file.message()))])
    }

    private func adding(_ signatures: [SignedMetadata.Signature]) throws(BundleError) -> RootDraft {
        let message = try file.message()
        for signature in signatures {
            guard let key = signer(signature.keyID) else {
                throw BundleError(
                    .untrustedKey,
                    "the key \(signature.keyID) signs neither for root \(current.version) nor for root \(next.version)"
                )
            }
            guard let bytes = signature.bytes, key.publicKey?.verifies(bytes, of: message) == true else {
                throw BundleError(.arbitrary, "the signature of key \(signature.keyID) does not fit this draft")
            }
        }
        return try RootDraft(file.merging(signatures).serialized(), following: current)
    }

    private func signer(_ id: String) -> MetadataKey? { current.signers(of: .root)[id] ?? next.signers(of: .root)[id] }

    private func approval(of root: RootMetadata) -> Approval {
        let message = (try? file.message()) ?? []
        let made = Dictionary(
            file.signatures.map { ($0.keyID, $0.bytes ?? []) },
            uniquingKeysWith: { first, _ in first }
        )
        var signed: [String] = []
        var counted: Set<MetadataKey> = []
        var waiting: [String] = []
        for (id, key) in root.signers(of: .root).sorted(by: { $0.key < $1.key }) {
            let isSigned = made[id].map { key.publicKey?.verifies($0, of: message) == true } ?? false
            if isSigned, counted.insert(key).inserted { signed.append(id) } else { waiting.append(id) }
        }
        return Approval(root: root.version, threshold: root.threshold(of: .root), signed: signed, waiting: waiting)
    }
}
