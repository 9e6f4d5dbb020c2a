import JSON

/// What a client has verified and must never forget: the root it trusts and the newest versions it has seen.
///
/// The agent writes `serialized()` to disk after every step that changed it, and reads it back at its next start.
package struct TrustedState: Hashable, Sendable {
    /// A metadata file that passed every check.
    package struct Verified<Content: RoleMetadata>: Hashable, Sendable {
        package let content: Content
        package let bytes: [UInt8]
        /// The SHA-256 of `bytes`.
        package let digest: Digest

        init(content: Content, bytes: [UInt8]) {
            self.content = content
            self.bytes = bytes
            digest = Digest(of: bytes)
        }
    }

    /// The only cluster whose metadata is taken; `nil` takes any, as a plain TUF client does.
    package let cluster: ClusterBinding?
    package internal(set) var root: Verified<RootMetadata>
    package internal(set) var timestamp: Verified<TimestampMetadata>?
    package internal(set) var snapshot: Verified<SnapshotMetadata>?
    package internal(set) var targets: Verified<TargetsMetadata>?
    /// The metadata of delegated roles, by their names.
    var delegated: [String: DelegatedTargets] = [:]
    /// The furthest entry of the hub's audit log that signed metadata has told of; it never goes back.
    package internal(set) var auditHead: AuditHead?

    /// Begins with a root that came from somewhere trusted: with the answer to the enrolment, or by hand.
    ///
    /// - Throws: `BundleError` when it is no root, or is not signed by its own keys. It may be expired: the first update
    ///   looks for a newer one before it asks for the time.
    package init(
        trusting root: [UInt8],
        cluster: ClusterBinding?,
        rules: ClientRules = .fleet
    ) throws(BundleError) {
        let name = MetadataRole.root.fileName
        let signed = try SignedMetadata(parsing: root, name: name)
        let content = try signed.root(name: name, rules: rules)
        try signed.verify(
            signers: content.signers(of: .root),
            threshold: content.threshold(of: .root),
            name: name,
            rules: rules
        )
        self.root = Verified(content: content, bytes: root)
        self.cluster = cluster
    }

    /// The newest bundle that was verified completely; `nil` before the first.
    ///
    /// - Throws: `BundleError.malformed` when the metadata is of another product and describes none.
    package func bundle() throws(BundleError) -> Bundle? {
        guard let targets else { return nil }
        return try Bundle(targets.content)
    }

    /// When the first of the trusted files expires, in seconds since 1970.
    ///
    /// After it the cluster keeps what it runs, and the agent reports the freeze.
    package var expires: Int64 {
        [root.content.expires, timestamp?.content.expires, snapshot?.content.expires, targets?.content.expires]
            .compactMap(\.self).min() ?? root.content.expires
    }

    /// Whether the timestamp, the snapshot and the targets that are trusted belong together.
    package var isComplete: Bool {
        guard let timestamp, let snapshot, let targets else { return false }
        return timestamp.content.snapshot.version == snapshot.content.version
            && snapshot.content.targets.version == targets.content.version
    }
}

// MARK: - On disk

extension TrustedState {
    private static let header = "otomi-trust-v1 "

    /// One file with everything, its SHA-256 on the first line.
    ///
    /// One file, so that one rename replaces all of it; a digest, so that a torn write is noticed and the copy before it is
    /// used instead of nothing.
    package func serialized() -> [UInt8] {
        let body = JSONValue.members([
            "cluster": cluster,
            "root": Self.text(root.bytes),
            "timestamp": timestamp.map { Self.text($0.bytes) },
            "snapshot": snapshot.map { Self.text($0.bytes) },
            "targets": targets.map { Self.text($0.bytes) },
            "delegated": delegated.isEmpty ? nil : delegated.mapValues { Self.text($0.file.bytes) },
            "audit": auditHead,
        ]).serialized()
        return Array("\(Self.header)\(Digest(of: body).hex)\n".utf8) + body
    }

    /// Reads `serialized()` back.
    ///
    /// Signatures are not checked again: they were before the file was written, and whoever can write it can replace the
    /// root as well. Those of delegated roles are, against the keys that the delegating role names now.
    ///
    /// - Throws: `BundleError.malformed` when the file is damaged; take the copy before it, never an empty history.
    package init(restoring bytes: [UInt8]) throws(BundleError) {
        let damaged = BundleError(.malformed, "the stored trust is damaged; the previous copy of the file must be used")
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")),
            String(decoding: bytes[..<lineEnd], as: UTF8.self)
                == Self.header + Digest(of: Array(bytes[(lineEnd + 1)...])).hex
        else { throw damaged }
        let files: JSONValue
        do throws(JSONError) {
            files = try JSONValue(parsing: bytes[(lineEnd + 1)...])
            cluster = try files.optional("cluster")
        } catch {
            throw damaged
        }
        guard let root = try Self.restore(RootMetadata.self, from: files) else { throw damaged }
        self.root = root
        timestamp = try Self.restore(from: files)
        snapshot = try Self.restore(from: files)
        targets = try Self.restore(from: files)
        for (role, text) in files["delegated"]?.objectValue ?? [:] {
            delegated[role] = try DelegatedTargets(unchecked: Array((text.stringValue ?? "").utf8), role: role)
        }
        confirmDelegations(rules: .fleet)
        do throws(JSONError) { auditHead = try files.optional("audit") } catch { throw damaged }
    }

    private static func restore<Content: RoleMetadata>(
        _ type: Content.Type = Content.self,
        from files: JSONValue
    ) throws(BundleError) -> Verified<Content>? {
        guard let text = files[Content.role.rawValue]?.stringValue else { return nil }
        let bytes = Array(text.utf8)
        let name = "the stored \(Content.role.fileName)"
        let content = try SignedMetadata(parsing: bytes, name: name).content(Content.self, name: name)
        return Verified(content: content, bytes: bytes)
    }

    // Metadata that passed the strict parser is UTF-8, so it survives as the text of a JSON string.
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
