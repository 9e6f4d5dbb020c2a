import JSON
import Testing

@testable import Bundles

@Suite struct RootDraftTests {
    private let fleet: TestFleet
    private let current: RootMetadata
    private let people = [SigningKey(), SigningKey(), SigningKey()]

    init() throws {
        fleet = try TestFleet()
        current = try fleet.state().root.content
    }

    private func draft(_ keys: [SigningKey], threshold: Int) throws -> RootDraft {
        let next = try current.following(
            replacing: [.root: (keys.map(\.publicKey), threshold)],
            expires: TestFleet.now + 1000
        )
        return try RootDraft(next, following: current)
    }

    @Test func `a draft is complete when both thresholds are reached, and clients take it then`() throws {
        var draft = try draft(people, threshold: 2)
        #expect(draft.approvals.map(\.threshold) == [1, 2])
        draft = try draft.signed(with: fleet.signers[.root][0])
        draft = try draft.signed(with: people[0]).signed(with: people[0])
        #expect(draft.approvals.map(\.signed.count) == [1, 1])
        #expect(!draft.isComplete)
        draft = try draft.signed(with: people[2])
        #expect(draft.isComplete)
        #expect(draft.approvals[1].waiting == [people[1].keyID])
        var update = TrustUpdate(try fleet.state(), now: TestFleet.now)
        try update.updateRoot(draft.file.bytes)
        #expect(update.state.root.content.version == 2)
    }

    @Test func `signatures made elsewhere are added when they fit this draft`() throws {
        let draft = try draft(people, threshold: 2)
        let elsewhere = try draft.signed(with: people[0])
        #expect(try draft.adding(signaturesOf: elsewhere.file).approvals[1].signed == [people[0].keyID])
        let other = try self.draft(people, threshold: 3).signed(with: people[1])
        #expect(code { _ = try draft.adding(signaturesOf: other.file) } == .mixAndMatch)
        #expect(code { _ = try draft.signed(with: SigningKey()) } == .untrustedKey)
        var forged = elsewhere.file.json
        forged["signatures"] = [
            ["keyid": .string(people[1].keyID), "sig": .string(String(repeating: "ab", count: 64))]
        ]
        let file = try SignedMetadata(parsing: forged.serialized(), name: "forged")
        #expect(code { _ = try draft.adding(signaturesOf: file) } == .arbitrary)
    }

    @Test(arguments: [0, -1, 4])
    func `a threshold that its keys cannot reach makes no root`(threshold: Int) throws {
        #expect(code { _ = try draft(people, threshold: threshold) } == .malformed)
    }

    @Test func `a key named twice, or none at all, makes no root`() throws {
        #expect(code { _ = try draft([people[0], people[0]], threshold: 1) } == .malformed)
        #expect(code { _ = try draft([], threshold: 1) } == .malformed)
    }

    @Test func `the differences are said in words, and old keys leave the root`() throws {
        let draft = try draft(people, threshold: 2)
        let lines = draft.current.differences(to: draft.next)
        #expect(lines.contains("root: key \(fleet.signers[.root][0].keyID) is dropped"))
        #expect(lines.contains("root: new key \(people[0].keyID)"))
        #expect(lines.contains("root: threshold 1 becomes 2"))
        #expect(draft.next.keys[fleet.signers[.root][0].keyID] == nil)
        #expect(draft.next.roles[.targets] == current.roles[.targets])
        let renewed = try current.following(replacing: [:], expires: TestFleet.now + 2000)
        #expect(current.differences(to: renewed).first == "the same keys and thresholds")
    }

    @Test func `a draft follows the newest root`() throws {
        let later = try current.following(replacing: [:], expires: current.expires)
        let draft = try RootDraft(try later.following(replacing: [:], expires: current.expires), following: later)
        #expect(code { _ = try RootDraft(draft.file.bytes, following: current) } == .fastForward)
        #expect(code { _ = try RootDraft(fleet.root, following: current) } == .rollback)
    }
}
