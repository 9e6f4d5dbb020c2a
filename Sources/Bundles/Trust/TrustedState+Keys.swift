extension TrustedState {
    /// Forgets what the current root's keys do not vouch for; returns whether a key of `old` was removed (section 5.3.11).
    mutating func forgetWhatRemovedKeysSigned(since old: RootMetadata, rules: ClientRules) -> Bool {
        func hasLostKey(_ role: MetadataRole) -> Bool {
            !Set(old.signers(of: role).values).isSubset(of: root.content.signers(of: role).values)
        }
        let isRotated = hasLostKey(.timestamp) || hasLostKey(.snapshot)
        // A thief's word on the audit log would outbid every honest one for good.
        if hasLostKey(.timestamp) { auditHead = nil }
        if isRotated || !isSigned(timestamp, rules) { timestamp = nil }
        if isRotated || !isSigned(snapshot, rules) { snapshot = nil }
        if !isSigned(targets, rules) { targets = nil }
        return isRotated
    }

    /// Takes over a metadata file that was trusted earlier, where the current root's keys signed it.
    ///
    /// It may have expired: its version still tells a rollback. Other bytes, as of a damaged file, change nothing.
    package mutating func adopt(_ role: MetadataRole, _ bytes: [UInt8], rules: ClientRules) {
        switch role {
        case .root: return
        case .timestamp: timestamp = adopted(bytes, rules) ?? timestamp
        case .snapshot: snapshot = adopted(bytes, rules) ?? snapshot
        case .targets: targets = adopted(bytes, rules) ?? targets
        }
    }

    /// Takes over a delegated role's file that was trusted earlier; it is checked before it is used.
    mutating func adopt(delegated role: String, _ bytes: [UInt8]) {
        delegated[role] = (try? DelegatedTargets(unchecked: bytes, role: role)) ?? delegated[role]
    }

    private func adopted<Content: RoleMetadata>(_ bytes: [UInt8], _ rules: ClientRules) -> Verified<Content>? {
        let name = Content.role.fileName
        guard let signed = try? SignedMetadata(parsing: bytes, name: name),
            let content = try? signed.content(Content.self, name: name), isSigned(signed, Content.role, rules)
        else { return nil }
        return Verified(content: content, bytes: bytes)
    }

    private func isSigned<Content: RoleMetadata>(_ file: Verified<Content>?, _ rules: ClientRules) -> Bool {
        guard let file else { return true }
        guard let signed = try? SignedMetadata(parsing: file.bytes, name: Content.role.fileName) else { return false }
        return isSigned(signed, Content.role, rules)
    }

    /// Whether enough of the current root's keys for `role` signed.
    private func isSigned(_ signed: SignedMetadata, _ role: MetadataRole, _ rules: ClientRules) -> Bool {
        do throws(BundleError) {
            try signed.verify(
                signers: root.content.signers(of: role),
                threshold: root.content.threshold(of: role),
                name: role.fileName,
                rules: rules
            )
            return true
        } catch {
            return false
        }
    }
}
