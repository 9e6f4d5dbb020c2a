/// What differs between the agent and a plain TUF client in how metadata is read.
///
/// Verification is handed in, so that a program which needs Ed25519 alone links nothing else.
package struct ClientRules: Sendable {
    /// Whether `signature` was made over `message` by the private half of `key`; `false` for a type that is not known.
    package typealias Verification =
        @Sendable (
            _ key: MetadataKey, _ signature: [UInt8], _ message: [UInt8]
        ) -> Bool

    /// The agent's and the hub's: Ed25519 alone, and no root with a role that nobody can sign for.
    package static let fleet = ClientRules(
        takesUnreachableThresholds: false,
        refetchesExpired: false,
        verifies: { key, signature, message in key.publicKey?.verifies(signature, of: message) ?? false }
    )

    /// Whether a root is taken whose thresholds cannot all be reached, as the specification does.
    package let takesUnreachableThresholds: Bool
    /// Whether trusted metadata that has expired is asked for again, though no newer version is announced.
    package let refetchesExpired: Bool
    let verifies: Verification

    /// Rules of another client; `verifies` is asked for every kind of key.
    package init(
        takesUnreachableThresholds: Bool,
        refetchesExpired: Bool,
        verifies: @escaping Verification
    ) {
        self.takesUnreachableThresholds = takesUnreachableThresholds
        self.refetchesExpired = refetchesExpired
        self.verifies = verifies
    }
}
