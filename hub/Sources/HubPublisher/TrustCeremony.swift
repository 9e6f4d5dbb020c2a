package import Bundles
package import Concurrency
package import HubStore

/// How the fleet's root of trust is changed: somebody drafts the next root, enough people sign it, and it is published.
///
/// A hub that holds the root's keys signs by itself, and the draft is published at once. Otherwise there is one draft at a
/// time, which collects signatures until the thresholds of the old and of the new root are reached.
package struct TrustCeremony: Sendable {
    /// How often a signature is entered again because somebody else was quicker.
    private static let attempts = 5

    private let store: HubStore
    private let lifetimes: MetadataLifetimes
    private let clock: WallClock

    package init(
        store: HubStore,
        lifetimes: MetadataLifetimes = MetadataLifetimes(),
        clock: @escaping WallClock
    ) {
        self.store = store
        self.lifetimes = lifetimes
        self.clock = clock
    }

    /// The newest root, and the draft that waits.
    ///
    /// - Throws: `StoreError`.
    package func overview() async throws -> TrustOverview {
        let trust = try await trust()
        let held = Set(trust.signers.all.map(\.key.keyID))
        let draft = try await store.rootDraft().map { stored in
            TrustOverview.Draft(draft: try read(stored, trust), stored: stored)
        }
        return TrustOverview(root: trust.rootMetadata, bytes: trust.root, held: held, draft: draft)
    }

    /// Drafts the next root, and publishes it at once when the hub's own signatures are enough.
    ///
    /// - Throws: `StoreError`; `.invalid` for keys that make no root, `.alreadyExists` while another draft waits.
    package func draft(_ change: TrustChange, by author: String) async throws {
        let trust = try await trust()
        if let waiting = try await store.rootDraft() {
            throw StoreError(
                .alreadyExists,
                "a draft of root \(waiting.version) by \(waiting.author) waits for signatures: sign it, or discard it with "
                    + "otomi trust root discard"
            )
        }
        var replaced: [MetadataRole: (keys: [PublicKey], threshold: Int)] = [:]
        var made: [RoleSigningKey] = []
        for (role, holder) in change.roles {
            switch holder {
            case .hub:
                let key = SigningKey()
                made.append(RoleSigningKey(role: role, key: key))
                replaced[role] = ([key.publicKey], 1)
            case .people(let keys, let threshold):
                try Self.admit(keys, for: role, trust)
                replaced[role] = (keys, threshold)
            }
        }
        let draft = try Self.refusing {
            let next = try trust.rootMetadata.following(
                replacing: replaced,
                content: change.content,
                expires: clock().seconds + lifetimes.root
            )
            var draft = try RootDraft(next, following: trust.rootMetadata)
            for key in trust.signers[.root] + made.filter({ $0.role == .root }).map(\.key) {
                draft = try draft.signed(with: key)
            }
            return draft
        }
        guard draft.isComplete else {
            return try await store.addRootDraft(
                version: draft.next.version,
                bytes: draft.file.bytes,
                author: author,
                keys: made
            )
        }
        try await publish(draft, replacing: nil, trust, keys: made)
    }

    /// Adds the signatures of `file` to the draft, and publishes it once there are enough.
    ///
    /// - Throws: `StoreError`; `.notFound` when there is no draft, `.invalid` when a signature is not one of its signers'.
    package func sign(_ file: SignedMetadata) async throws {
        for attempt in 1...Self.attempts {
            let trust = try await trust()
            guard let stored = try await store.rootDraft() else {
                throw StoreError(.notFound, "no draft of a root waits for signatures")
            }
            let draft = try Self.refusing { try read(stored, trust).adding(signaturesOf: file) }
            do {
                if draft.isComplete { return try await publish(draft, replacing: stored.bytes, trust, keys: []) }
                guard draft.file.bytes != stored.bytes else { return }
                return try await store.replaceRootDraft(stored.bytes, by: draft.file.bytes)
            } catch let error as StoreError {
                // Two operators signed in the same moment; the second signature is added to the first.
                guard error.code == .stale, attempt < Self.attempts else { throw error }
            }
        }
    }

    /// Drops the draft.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is none, `.stale` when a root was published meanwhile.
    package func discard() async throws {
        let root = try await trust().rootMetadata
        try await store.discardRootDraft(following: root.version, keeping: Self.keyIDs(root))
    }

    // MARK: - Steps

    private func trust() async throws -> FleetTrust {
        guard let newest = try await store.roots().last else {
            throw StoreError(.unavailable, "the hub has no root of trust yet")
        }
        return try FleetTrust(root: newest.bytes, keys: try await store.signingKeys(), lifetimes: lifetimes)
    }

    private func read(_ stored: StoredRootDraft, _ trust: FleetTrust) throws -> RootDraft {
        do throws(BundleError) { return try RootDraft(stored.bytes, following: trust.rootMetadata) } catch {
            throw StoreError(.internal, "the stored draft of root \(stored.version) is none: \(error)")
        }
    }

    /// Whoever publishes has gone the way that every agent will go.
    private func publish(
        _ draft: RootDraft,
        replacing stored: [UInt8]?,
        _ trust: FleetTrust,
        keys: [RoleSigningKey]
    ) async throws {
        try Self.refusing {
            var update = TrustUpdate(try TrustedState(trusting: trust.root, cluster: nil), now: clock().seconds)
            try update.updateRoot(draft.file.bytes)
            try update.rootsAreCurrent()
        }
        try await store.publishRoot(
            version: draft.next.version,
            bytes: draft.file.bytes,
            draft: stored,
            keys: keys,
            keeping: Self.keyIDs(draft.next),
            changesContent: draft.current.contentKeys != draft.next.contentKeys
        )
    }

    private static func keyIDs(_ root: RootMetadata) -> [String] {
        MetadataRole.allCases.flatMap { root.signers(of: $0).keys }.sorted()
    }

    private static func admit(_ keys: [PublicKey], for role: MetadataRole, _ trust: FleetTrust) throws {
        guard role == .root else {
            throw StoreError(
                .invalid,
                "the hub signs as \(role.rawValue) for every cluster and every day, so that key is the hub's: name no key, "
                    + "and the hub makes one"
            )
        }
        for key in keys where trust.signers.all.contains(where: { $0.key.keyID == key.keyID }) {
            throw StoreError(
                .invalid,
                "the key \(key.keyID) is the hub's own: people keep keys that the hub does not have"
            )
        }
    }

    /// What the metadata's own checks refuse is refused to the caller.
    static func refusing<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as BundleError {
            throw StoreError(.invalid, error.message)
        }
    }
}
