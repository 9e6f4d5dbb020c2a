/// A delegated role's metadata, with the keys against which its signatures were checked.
///
/// Two roles may delegate to the same one by different keys, and a role may change the keys that it names: the file counts
/// only where the delegation at hand names the keys of the check.
struct DelegatedTargets: Hashable, Sendable {
    let file: TrustedState.Verified<TargetsMetadata>
    private let signers: Set<MetadataKey>
    /// Zero for a file whose signatures were not checked yet.
    private let threshold: Int

    /// Takes a file over from disk, to be checked before it counts.
    ///
    /// - Throws: `BundleError.malformed` when it is no targets metadata.
    init(unchecked bytes: [UInt8], role: String) throws(BundleError) {
        let name = "the stored \(role).json"
        let content = try SignedMetadata(parsing: bytes, name: name).content(TargetsMetadata.self, name: name)
        file = TrustedState.Verified(content: content, bytes: bytes)
        signers = []
        threshold = 0
    }

    /// Checks `bytes` against the keys that `delegations` name for `role`.
    ///
    /// - Throws: `BundleError` as `SignedMetadata.verify`, or for a wrong shape.
    init(
        _ bytes: [UInt8],
        _ role: DelegatedRole,
        _ delegations: Delegations,
        name: String,
        rules: ClientRules
    ) throws(BundleError) {
        let signed = try SignedMetadata(parsing: bytes, name: name)
        let content = try signed.content(TargetsMetadata.self, name: name)
        let signers = delegations.signers(of: role)
        try signed.verify(signers: signers, threshold: role.signers.threshold, name: name, rules: rules)
        file = TrustedState.Verified(content: content, bytes: bytes)
        self.signers = Set(signers.values)
        threshold = role.signers.threshold
    }

    /// Whether its signatures were checked at all.
    var isChecked: Bool { threshold > 0 }

    /// Whether the check was the one that `delegations` ask for.
    func isChecked(_ role: DelegatedRole, _ delegations: Delegations) -> Bool {
        threshold == role.signers.threshold && signers == Set(delegations.signers(of: role).values)
    }
}
