import Bundles
import JSON
import Testing

/// Who may sign, how many must, and how that changes.
@Suite struct RootOfTrustTests {
    private let fleet: SignedFleet
    private let two: RoleSigners
    private let both: [UInt8]

    /// A fleet with two keys for every role, both of which must sign.
    init() throws {
        var keys: [MetadataRole: [SigningKey]] = [:]
        for role in MetadataRole.allCases { keys[role] = [SigningKey(), SigningKey()] }
        two = RoleSigners(keys)
        fleet = try SignedFleet(keys: two)
        both = try fleet.root(1, listing: two, threshold: 2, signedBy: two[.root])
    }

    @Test("10 · one key that signs twice counts once, whether under one id or under two")
    func oneKeyTwice() throws {
        let once = try fleet.root(1, listing: two, threshold: 2, signedBy: [two[.root][0]])
        #expect(refusal { _ = try TrustedState(trusting: once, cluster: nil) } == .belowThreshold)
        let repeated = try rewritten(once) { envelope in
            let signature = envelope["signatures"]?[0] ?? .null
            envelope["signatures"] = [signature, signature]
        }
        #expect(refusal { _ = try TrustedState(trusting: repeated, cluster: nil) } == .malformed)

        // A root that lists the first key under the id of the second as well.
        let first = two[.timestamp][0]
        var signed = try JSONValue(parsing: both)["signed"] ?? .null
        signed["keys"]?[two[.timestamp][1].keyID] = first.publicKey.metadataKey.json
        let alias = try resigned(signed, by: two[.root])
        #expect(refusal { _ = try TrustedState(trusting: alias, cluster: nil) } == .malformed)

        // A client that takes such a root, as the specification does, still counts keys and not their names.
        let rules = ClientRules(
            takesUnreachableThresholds: true,
            refetchesExpired: false,
            verifies: { key, signature, message in key.publicKey?.verifies(signature, of: message) ?? false }
        )
        var update = TrustUpdate(
            try TrustedState(trusting: alias, cluster: nil, rules: rules),
            now: SignedFleet.now,
            rules: rules
        )
        try update.rootsAreCurrent()
        let timestamp = try rewritten(try fleet.metadata(1, keys: single(first)).timestamp) { envelope in
            var copy = envelope["signatures"]?[0] ?? .null
            copy["keyid"] = .string(two[.timestamp][1].keyID)
            envelope["signatures"] = [envelope["signatures"]?[0] ?? .null, copy]
        }
        #expect(refusal { _ = try update.updateTimestamp(timestamp) } == .belowThreshold)
    }

    @Test(
        "11 · a root whose threshold is zero, negative, missing or above its keys is refused, by agents and by the hub",
        arguments: MetadataRole.allCases,
        [JSONValue.integer(0), -1, 3, .null, "1", 1.5]
    )
    func senselessThreshold(role: MetadataRole, threshold: JSONValue) throws {
        var signed = try JSONValue(parsing: both)["signed"] ?? .null
        signed["roles"]?[role.rawValue]?["threshold"] = threshold
        let root = threshold == 1.5 ? try unsigned(signed) : try resigned(signed, by: two[.root])
        #expect(refusal { _ = try TrustedState(trusting: root, cluster: nil) } == .malformed)
        signed["version"] = 2
        let next = threshold == 1.5 ? try unsigned(signed) : try resigned(signed, by: two[.root])
        var update = TrustUpdate(try TrustedState(trusting: both, cluster: fleet.cluster), now: SignedFleet.now)
        #expect(refusal { try update.updateRoot(next) } == .malformed)
        #expect(update.state.root.content.version == 1)
    }

    @Test("12 · an unknown key id is passed over and proves nothing, and one id for two signatures is refused")
    func keyIDs() throws {
        let fleet = try SignedFleet()
        let files = try fleet.metadata(1)
        let stranger: JSONValue = ["keyid": "ab12", "sig": .string(String(repeating: "00", count: 64))]
        let beside = try rewritten(files.timestamp) { envelope in
            envelope["signatures"] = [stranger, envelope["signatures"]?[0] ?? .null]
        }
        var update = fleet.update(of: try fleet.trust())
        try update.rootsAreCurrent()
        let alone = try rewritten(files.timestamp) { $0["signatures"] = [stranger] }
        #expect(refusal { _ = try update.updateTimestamp(alone) } == .untrustedKey)
        let twice = try rewritten(files.timestamp) { envelope in
            var other = stranger
            other["keyid"] = envelope["signatures"]?[0]?["keyid"] ?? .null
            envelope["signatures"] = [other, envelope["signatures"]?[0] ?? .null]
        }
        #expect(refusal { _ = try update.updateTimestamp(twice) } == .malformed)
        #expect(try update.updateTimestamp(beside))
    }

    @Test("12 · a key that is listed under another's id is judged by its bytes")
    func foreignKeyUnderAKnownID() throws {
        let fleet = try SignedFleet()
        let thief = SigningKey()
        // The thief signs under the id of the timestamp's key.
        let forged = try fleet.metadata(1, keys: single(thief)).timestamp
        let renamed = try rewritten(forged) { envelope in
            var signature = envelope["signatures"]?[0] ?? .null
            signature["keyid"] = .string(fleet.keys[.timestamp][0].keyID)
            envelope["signatures"] = [signature]
        }
        var update = fleet.update(of: try fleet.trust())
        try update.rootsAreCurrent()
        #expect(refusal { _ = try update.updateTimestamp(renamed) } == .arbitrary)
    }

    @Test("20 · a new root needs the old threshold and its own, and is followed one by one")
    func rootRotation() throws {
        let next = RoleSigners([
            .root: [SigningKey(), SigningKey()], .targets: two[.targets], .snapshot: two[.snapshot],
            .timestamp: two[.timestamp],
        ])
        let trusted = try TrustedState(trusting: both, cluster: fleet.cluster)
        let old = two[.root]
        let new = next[.root]
        for (signers, expected) in [
            (new, BundleError.Code.untrustedKey), (old, .untrustedKey), (old + [new[0]], .belowThreshold),
            ([old[0]] + new, .belowThreshold), ([old[0], new[0]], .belowThreshold),
        ] {
            let root = try fleet.root(2, listing: next, threshold: 2, signedBy: signers)
            var update = TrustUpdate(trusted, now: SignedFleet.now)
            #expect(refusal { try update.updateRoot(root) } == expected)
            #expect(update.state == trusted)
        }
        let second = try fleet.root(2, listing: next, threshold: 2, signedBy: old + new)
        let third = try fleet.root(3, listing: next, threshold: 2, signedBy: old + new)
        var update = TrustUpdate(trusted, now: SignedFleet.now)
        #expect(refusal { try update.updateRoot(third) } == .fastForward)
        try update.updateRoot(second)
        try update.updateRoot(third)
        #expect(update.state.root.content.version == 3)
    }

    // MARK: - Envelopes

    private func resigned(_ signed: JSONValue, by keys: [SigningKey]) throws -> [UInt8] {
        let message = try signed.canonical()
        let signatures = try keys.map { key -> JSONValue in
            ["keyid": .string(key.keyID), "sig": .string(Hexadecimal.encode(try key.sign(message)))]
        }
        return JSONValue.object(["signed": signed, "signatures": .array(signatures)]).serialized()
    }

    private func unsigned(_ signed: JSONValue) throws -> [UInt8] {
        JSONValue.object(["signed": signed, "signatures": []]).serialized()
    }

    private func single(_ key: SigningKey) -> RoleSigners {
        RoleSigners(Dictionary(uniqueKeysWithValues: MetadataRole.allCases.map { ($0, [key]) }))
    }
}
