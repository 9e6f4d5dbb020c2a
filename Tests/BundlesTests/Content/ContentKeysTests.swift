import JSON
import Testing

@testable import Bundles

@Suite struct ContentKeysTests {
    private let now = TestFleet.now
    private let fleet: TestFleet
    private let team = SigningKey()
    private let keys: ContentKeys
    private let root: RootMetadata

    init() throws {
        fleet = try TestFleet()
        keys = try ContentKeys([team.publicKey], threshold: 1, team: "demo")
        root = try fleet.state().root.content.following(
            replacing: [:],
            content: ["demo": keys],
            expires: TestFleet.now + 1000 * MetadataTime.day
        )
    }

    /// An agent that trusts the root with content keys and took `bundle`, with what the team signed.
    private func state(
        _ bundle: Bundle,
        signed layers: [LayerReference],
        by key: SigningKey? = nil,
        delegatingTo listed: ContentKeys? = nil,
        expires: Int64 = TestFleet.now + MetadataTime.day
    ) throws -> TrustedState {
        let signer = key ?? team
        let draft = try ContentDraft(
            team: "demo",
            keys: try ContentKeys([signer.publicKey], threshold: 1, team: "demo"),
            version: 1,
            expires: expires,
            layers: Dictionary(uniqueKeysWithValues: layers.map { ($0.digest, $0.length) })
        ).signed(with: signer)
        let content = SignedContent(
            keys: ["demo": listed ?? keys],
            files: ["demo": try SignedContent.File(draft.file.bytes, team: "demo")]
        )
        let files = try MetadataSigner(fleet.signers).sign(bundle, content: content, timestampVersion: 1, now: now)
        var update = TrustUpdate(try fleet.state(), now: now)
        try update.updateRoot(try MetadataSigner.nextRoot(root, signedBy: fleet.signers[.root]))
        try update.take(files)
        for layer in bundle.layers {
            guard let file = try update.contentFile(for: layer) else { continue }
            try update.updateDelegated(file, files.delegated["\(file.version).\(file.role).json"] ?? [])
        }
        return update.state
    }

    @Test func `the root carries the keys, also when it is renewed, and says in words what changes`() throws {
        #expect(try RootMetadata(json: root.json) == root)
        #expect(root.renewed(expires: now).contentKeys == ["demo": keys])
        let before = try fleet.state().root.content
        #expect(before.differences(to: root).first == "content of team demo: new key \(team.keyID)")
        let dropped = try root.following(replacing: [:], content: ["demo": nil], expires: now)
        #expect(dropped.contentKeys.isEmpty)
        #expect(root.differences(to: dropped).first == "content of team demo: needs no signature of the team any more")
        #expect(try root.following(replacing: [:], expires: now).contentKeys == ["demo": keys])
        var broken = root.json
        broken["custom"] = ["contentKeys": ["demo": ["keys": [:], "threshold": 0]]]
        #expect(throws: JSONError.self) { try RootMetadata(json: broken) }
    }

    @Test func `a form of the layer that the team signed is taken, another is not, and other layers need no signature`()
        throws
    {
        let signed = try fleet.layer(text: "signed")
        let forged = try fleet.layer(text: "forged")
        let other = try fleet.layer("platform", wave: 1)
        let honest = try state(fleet.bundle(layers: [signed, other]), signed: [signed])
        #expect(honest.contentFault(of: signed, now: now) == nil)
        #expect(honest.contentFault(of: other, now: now) == nil)
        #expect(honest.contentFault(of: forged, now: now)?.code == .arbitrary)
        let restored = try TrustedState(restoring: honest.serialized())
        #expect(restored.contentFault(of: signed, now: now) == nil)
    }

    @Test func `a delegation to other keys than the root's counts for nothing`() throws {
        let thief = SigningKey()
        let layer = try fleet.layer(text: "forged")
        let forged = try state(
            fleet.bundle(layers: [layer]),
            signed: [layer],
            by: thief,
            delegatingTo: try ContentKeys([thief.publicKey], threshold: 1, team: "demo")
        )
        #expect(forged.contentFault(of: layer, now: now)?.code == .untrustedKey)
        #expect(throws: BundleError.self) {
            try state(fleet.bundle(layers: [layer]), signed: [layer], by: thief)
        }
    }

    @Test func `what expired vouches for nothing new`() throws {
        let layer = try fleet.layer()
        let state = try state(fleet.bundle(layers: [layer]), signed: [layer], expires: now + 10)
        #expect(state.contentFault(of: layer, now: now + 9) == nil)
        #expect(state.contentFault(of: layer, now: now + 10)?.code == .freeze)
    }

    @Test func `a draft takes only signatures of the team over exactly this list`() throws {
        let pair = try ContentKeys([team.publicKey, SigningKey().publicKey], threshold: 2, team: "demo")
        let draft = try ContentDraft(team: "demo", keys: pair, version: 1, expires: now, layers: [Digest(of: [1]): 1])
        let signed = try draft.signed(with: team)
        #expect(signed.signed == [team.keyID])
        #expect(!signed.isComplete)
        #expect(code { _ = try draft.signed(with: SigningKey()) } == .untrustedKey)
        let other = try ContentDraft(team: "demo", keys: pair, version: 1, expires: now, layers: [:]).signed(with: team)
        #expect(code { _ = try draft.adding(signaturesOf: other.file) } == .mixAndMatch)
        let foreign = TargetsMetadata(
            version: 1,
            expires: now,
            targets: ["platform": TargetFile(length: 1, digest: Digest(of: [1]), custom: nil)],
            custom: nil
        )
        let file = try SignedMetadata(signing: foreign, with: [team]).bytes
        #expect(code { _ = try ContentDraft(file, team: "demo", keys: pair) } == .malformed)
    }
}
