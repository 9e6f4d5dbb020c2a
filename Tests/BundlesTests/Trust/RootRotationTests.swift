import JSON
import Testing

@testable import Bundles

@Suite struct RootRotationTests {
    private let now = TestFleet.now
    private let fleet: TestFleet
    private let successors = RoleSigners.generated()

    init() throws {
        fleet = try TestFleet()
    }

    @Test func `a chain of roots is followed one by one`() throws {
        let second = try MetadataSigner.nextRoot(
            fleet.rootMetadata(version: 2, signers: successors),
            signedBy: fleet.signers[.root] + successors[.root]
        )
        let third = try MetadataSigner.nextRoot(
            fleet.rootMetadata(version: 3, signers: successors),
            signedBy: successors[.root]
        )
        var update = TrustUpdate(try fleet.state(), now: now)
        try update.updateRoot(second)
        try update.updateRoot(third)
        try update.rootsAreCurrent()
        #expect(update.state.root.content.version == 3)
        #expect(update.state.root.content.signers(of: .root).keys.first == successors[.root][0].keyID)
    }

    @Test func `a new root needs both thresholds`() throws {
        let root = fleet.rootMetadata(version: 2, signers: successors)
        let onlyNew = try MetadataSigner.nextRoot(root, signedBy: successors[.root])
        let onlyOld = try MetadataSigner.nextRoot(root, signedBy: fleet.signers[.root])
        var update = TrustUpdate(try fleet.state(), now: now)
        #expect(code { try update.updateRoot(onlyNew) } == .untrustedKey)
        #expect(code { try update.updateRoot(onlyOld) } == .untrustedKey)
        #expect(update.state.root.content.version == 1)
    }

    @Test(arguments: [(Int64(1), BundleError.Code.rollback), (3, .fastForward)])
    func `a root must be exactly one version newer`(version: Int64, expected: BundleError.Code) throws {
        let root = try MetadataSigner.nextRoot(fleet.rootMetadata(version: version), signedBy: fleet.signers[.root])
        var update = TrustUpdate(try fleet.state(), now: now)
        #expect(code { try update.updateRoot(root) } == expected)
    }

    @Test func `one key counts once, whatever it is called`() throws {
        let other = SigningKey()
        let key = fleet.signers[.root][0]
        let listed: [MetadataRole: (keys: [PublicKey], threshold: Int)] = Dictionary(
            uniqueKeysWithValues: MetadataRole.allCases.map { ($0, ([key.publicKey, other.publicKey], 2)) }
        )
        let root = RootMetadata(version: 1, expires: now + 60, signers: listed)
        let alone = try SignedMetadata(signing: root, with: [key]).bytes
        #expect(code { _ = try TrustedState(trusting: alone, cluster: nil) } == .belowThreshold)
        let both = try SignedMetadata(signing: root, with: [key, other]).bytes
        #expect(code { _ = try TrustedState(trusting: both, cluster: nil) } == nil)

        // The second id names the first key again: the root itself is refused.
        let alias = try tampered(both) { signed in
            signed["keys"]?[other.keyID] = key.publicKey.metadataKey.json
        }
        #expect(code { _ = try TrustedState(trusting: alias, cluster: nil) } == .malformed)
    }

    @Test(arguments: [JSONValue.integer(0), -1, 2, .null, "1"])
    func `a threshold that makes no sense is refused`(threshold: JSONValue) throws {
        let changed = try tampered(fleet.root) { signed in
            var roles = signed["roles"] ?? .null
            roles["timestamp"]?["threshold"] = threshold
            signed["roles"] = roles
        }
        #expect(code { _ = try TrustedState(trusting: changed, cluster: nil) } == .malformed)
    }

    @Test func `an expired root is refused only after newer ones were looked for`() throws {
        let late = now + 400 * MetadataTime.day
        let second = try MetadataSigner.nextRoot(fleet.rootMetadata(version: 2), signedBy: fleet.signers[.root])
        var stuck = TrustUpdate(try fleet.state(), now: late)
        #expect(code { try stuck.rootsAreCurrent() } == .freeze)
        var update = TrustUpdate(try fleet.state(), now: late)
        try update.updateRoot(second)
        #expect(code { try update.rootsAreCurrent() } == nil)
    }

    @Test func `a stolen online key is recovered from by a new root`() throws {
        // The thief signs the highest version that a client takes; honest versions are locked out.
        let honest = try fleet.metadata(try fleet.bundle(generation: 42))
        var robbed = TrustUpdate(try fleet.state(after: honest), now: now)
        try robbed.take(try fleet.metadata(try fleet.bundle(generation: 1_000_000, text: "evil")))
        let next = try fleet.bundle(generation: 43)
        var locked = TrustUpdate(robbed.state, now: now)
        let lockedFiles = try fleet.metadata(next)
        #expect(code { try locked.take(lockedFiles) } == .rollback)

        let root = try MetadataSigner.nextRoot(
            fleet.rootMetadata(version: 2, signers: successors),
            signedBy: fleet.signers[.root] + successors[.root]
        )
        var update = TrustUpdate(robbed.state, now: now)
        try update.updateRoot(root)
        try update.take(try fleet.metadata(next, signers: successors))
        #expect(try update.state.bundle() == next)
    }

    @Test func `what a thief said of the audit log is forgotten with the key`() throws {
        func signed(_ signers: RoleSigners, _ generation: Int64, head: Int64) throws -> MetadataSigner.ClusterMetadata {
            try MetadataSigner(signers).sign(
                try fleet.bundle(generation: generation),
                timestampVersion: generation,
                now: now,
                audit: AuditHead(sequence: head, hash: Digest(of: []))
            )
        }
        let robbed = try fleet.state(after: try signed(fleet.signers, 42, head: .max))
        var locked = TrustUpdate(robbed, now: now)
        try locked.take(try signed(fleet.signers, 43, head: 7))
        #expect(locked.state.auditHead?.sequence == .max)

        let root = try MetadataSigner.nextRoot(
            fleet.rootMetadata(version: 2, signers: successors),
            signedBy: fleet.signers[.root] + successors[.root]
        )
        var update = TrustUpdate(robbed, now: now)
        try update.updateRoot(root)
        try update.take(try signed(successors, 43, head: 7))
        #expect(update.state.auditHead?.sequence == 7)
    }

    @Test func `honest targets of the version that the thief signed are fetched again`() throws {
        let evil = try fleet.metadata(try fleet.bundle(generation: 43, text: "evil"))
        let robbed = try fleet.state(after: evil)
        let next = try fleet.bundle(generation: 43)
        let root = try MetadataSigner.nextRoot(
            fleet.rootMetadata(version: 2, signers: successors),
            signedBy: fleet.signers[.root] + successors[.root]
        )
        var update = TrustUpdate(robbed, now: now)
        try update.updateRoot(root)
        try update.take(try fleet.metadata(next, signers: successors))
        #expect(try update.state.bundle() == next)
    }

    @Test func `the old online keys are worth nothing after the rotation`() throws {
        let root = try MetadataSigner.nextRoot(
            fleet.rootMetadata(version: 2, signers: successors),
            signedBy: fleet.signers[.root] + successors[.root]
        )
        var update = TrustUpdate(try fleet.state(), now: now)
        try update.updateRoot(root)
        let old = try fleet.metadata(try fleet.bundle(generation: 1))
        #expect(code { try update.take(old) } == .untrustedKey)
    }

    @Test func `a key of an unknown type breaks nothing and counts for nothing`() throws {
        let changed = try JSONValue(parsing: fleet.root)
        var signed = changed["signed"] ?? .null
        signed["keys"]?["future"] = ["keytype": "ml-dsa", "scheme": "ml-dsa-65", "keyval": ["public": "AAAA"]]
        let root = try RootMetadata(json: signed)
        #expect(root.keys["future"]?.publicKey == nil)
    }

    @Test func `an endless chain of roots is cut`() throws {
        var limits = MetadataLimits()
        limits.rootRotations = 2
        var update = TrustUpdate(try fleet.state(), now: now, limits: limits)
        for version in Int64(2)...3 {
            try update.updateRoot(
                try MetadataSigner.nextRoot(fleet.rootMetadata(version: version), signedBy: fleet.signers[.root])
            )
        }
        let fourth = try MetadataSigner.nextRoot(fleet.rootMetadata(version: 4), signedBy: fleet.signers[.root])
        #expect(code { try update.updateRoot(fourth) } == .endlessData)
    }
}
