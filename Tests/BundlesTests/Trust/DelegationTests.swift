import JSON
import Testing

@testable import Bundles

@Suite struct DelegationTests {
    private let now = TestFleet.now
    private let signers = RoleSigners.generated()
    private let team = SigningKey()

    // MARK: - Paths

    @Test(arguments: [
        ("team/a", "team/a", true), ("team/a", "team/*", true), ("team/a/b", "team/*", false), ("team/a", "*", false),
        ("a", "*", true), ("", "*", true), ("file.py", "*.py", true), ("file.pyc", "*.py", false),
        ("abcabc", "*abc", true), ("abcab", "*abc", false), ("aXbXc", "a*b*c", true), ("x", "?", true),
        ("é", "?", true), ("/", "?", false), ("b", "[abc]", true), ("d", "[abc]", false), ("d", "[!abc]", true),
        ("m", "[a-z]", true), ("M", "[a-z]", false), ("]", "[]]", true), ("[", "[", true), ("-", "[a-]", true),
        ("a/b", "a/b/", false), ("a//b", "a/*/b", true), ("team/a", "TEAM/a", false),
    ])
    func `a pattern covers paths as a shell does, part by part`(path: String, pattern: String, expected: Bool) {
        #expect(PathPattern.covers(path, pattern) == expected)
    }

    @Test func `a pattern with many stars costs no more than it must`() {
        let path = String(repeating: "a", count: 2_000)
        #expect(!PathPattern.covers(path, String(repeating: "*a", count: 500) + "b"))
    }

    @Test func `hash prefixes sort paths into bins`() {
        let digest = Digest(of: Array("team/a".utf8)).hex
        #expect(role("bin", scope: .hashPrefixes([String(digest.prefix(2))])).isResponsible(for: "team/a"))
        #expect(!role("bin", scope: .hashPrefixes(["xx"])).isResponsible(for: "team/a"))
    }

    // MARK: - JSON

    @Test func `delegations are read as they are written`() throws {
        let delegations = Delegations([
            (role("team-a"), [team.publicKey]), (role("bin", scope: .hashPrefixes(["0"])), [team.publicKey]),
        ])
        #expect(try Delegations(json: delegations.json) == delegations)
        #expect(delegations.json["roles"]?[0]?["paths"] == ["team/a"])
        #expect(delegations.json["roles"]?[0]?["terminating"] == true)
        #expect(delegations["team-a"]?.fileName == "team-a.json")
    }

    @Test(
        arguments: [
            ["name": "targets"], ["name": ""], ["threshold": 0], ["path_hash_prefixes": ["0"]], ["paths": .null],
            ["terminating": "yes"], ["keyids": ["a", "a"]],
        ] as [JSONValue]
    )
    func `a delegation of another shape is refused`(change: JSONValue) {
        var json = role("team-a").json
        for (key, value) in change.objectValue ?? [:] { json[key] = value }
        #expect(throws: JSONError.self) { try DelegatedRole(json: json) }
    }

    @Test func `another form of delegation delegates nothing`() throws {
        let json: JSONValue = ["keys": [:], "succinct_roles": ["bit_length": 8]]
        #expect(try Delegations(json: json).roles.isEmpty)
    }

    // MARK: - Updates

    @Test func `a delegated file is fetched, found and kept over a restart`() throws {
        let repository = try repository()
        var update = TrustUpdate(try repository.state(), now: now, takesDelegations: true)
        try repository.take(&update)
        guard case .delegated(let file) = update.next else {
            Issue.record("\(update.next)")
            return
        }
        #expect(file.role == "team-a")
        #expect(file.delegator == "targets")
        #expect(file.version == 4)
        #expect(file.maximumBytes == repository.team.count)
        #expect(update.state.delegatedTargets(of: "team-a") == nil)
        try update.updateDelegated(file, repository.team)
        #expect(update.next == .done)
        #expect(update.state.delegatedTargets(of: "team-a")?.version == 4)
        guard case .found(let target, let role) = try update.search(for: "team/a") else {
            Issue.record("not found")
            return
        }
        #expect(role == "team-a")
        #expect(target.digest == Digest(of: [1]))
        #expect(try update.search(for: "team/b") == .absent)

        let restored = try TrustedState(restoring: update.state.serialized())
        #expect(restored == update.state)
        #expect(restored.delegatedTargets(of: "team-a")?.version == 4)
    }

    @Test func `a delegated file by another key, of another version, changed or expired is refused`() throws {
        let honest = try repository()
        for (repository, expected) in [
            (try repository(signedBy: SigningKey()), BundleError.Code.untrustedKey),
            (try repository(version: 3, listed: 4), .mixAndMatch), (try repository(expires: now), .freeze),
        ] {
            var update = TrustUpdate(try repository.state(), now: now, takesDelegations: true)
            try repository.take(&update)
            guard case .delegated(let file) = update.next else { continue }
            #expect(code { try update.updateDelegated(file, repository.team) } == expected)
            #expect(code { try update.updateDelegated(file, honest.team + [0x20]) } == .endlessData)
            #expect(update.state.delegatedTargets(of: "team-a") == nil)
        }
    }

    @Test func `what was signed by a key that the delegating role names no longer counts no more`() throws {
        let first = try repository()
        var update = TrustUpdate(try first.state(), now: now, takesDelegations: true)
        try first.take(&update)
        guard case .delegated(let file) = update.next else { return }
        try update.updateDelegated(file, first.team)

        let successor = SigningKey()
        let second = try repository(generation: 2, listedKey: successor, team: first.team)
        var later = TrustUpdate(update.state, now: now, takesDelegations: true)
        try second.take(&later)
        #expect(later.state.delegatedTargets(of: "team-a") == nil)
        guard case .delegated(let again) = later.next else {
            Issue.record("\(later.next)")
            return
        }
        #expect(code { try later.updateDelegated(again, first.team) } == .untrustedKey)
        #expect(try TrustedState(restoring: later.state.serialized()).delegatedTargets(of: "team-a") == nil)
    }

    @Test func `a role that the snapshot does not list is not asked for, and its word is missing`() throws {
        let repository = try repository(isListed: false)
        var update = TrustUpdate(try repository.state(), now: now, takesDelegations: true)
        try repository.take(&update)
        #expect(update.next == .done)
        #expect(update.state.delegatedTargets(of: "team-a") == nil)
        #expect(code { _ = try update.search(for: "team/a") } == .mixAndMatch)
    }

    @Test func `the files of roles to which nothing delegates any more are dropped`() throws {
        let first = try repository()
        var update = TrustUpdate(try first.state(), now: now, takesDelegations: true)
        try first.take(&update)
        guard case .delegated(let file) = update.next else { return }
        try update.updateDelegated(file, first.team)
        let second = try repository(generation: 2, delegates: false, team: first.team)
        var later = TrustUpdate(update.state, now: now)
        try second.take(&later)
        #expect(later.state.delegated.isEmpty)
    }

    @Test func `no more delegated files are held than the limit allows`() throws {
        var limits = MetadataLimits()
        limits.delegatedRoles = 0
        let repository = try repository()
        var update = TrustUpdate(try repository.state(), now: now, limits: limits)
        try repository.take(&update)
        guard case .fetch(let file) = try update.search(for: "team/a") else { return }
        #expect(code { try update.updateDelegated(file, repository.team) } == .endlessData)
    }

    @Test func `a target is looked for only when the targets are current`() throws {
        let repository = try repository()
        var update = TrustUpdate(try repository.state(), now: now)
        #expect(code { _ = try update.search(for: "team/a") } == .outOfOrder)
    }
}

// MARK: - A repository that delegates

extension DelegationTests {
    private struct Repository {
        let root: [UInt8]
        let timestamp: [UInt8]
        let snapshot: [UInt8]
        let targets: [UInt8]
        let team: [UInt8]

        func state() throws -> TrustedState { try TrustedState(trusting: root, cluster: nil) }

        func take(_ update: inout TrustUpdate) throws {
            try update.rootsAreCurrent()
            _ = try update.updateTimestamp(timestamp)
            try update.updateSnapshot(snapshot)
            try update.updateTargets(targets)
        }
    }

    private func role(_ name: String, scope: DelegatedRole.Scope = .patterns(["team/a"])) -> DelegatedRole {
        DelegatedRole(
            name: name,
            signers: RoleKeys(keyIDs: [team.keyID], threshold: 1),
            scope: scope,
            isTerminating: true
        )
    }

    private func repository(
        generation: Int64 = 1,
        delegates: Bool = true,
        listedKey: SigningKey? = nil,
        signedBy signer: SigningKey? = nil,
        version: Int64 = 4,
        listed: Int64? = nil,
        expires: Int64? = nil,
        isListed: Bool = true,
        team given: [UInt8]? = nil
    ) throws -> Repository {
        let late = now + MetadataTime.day
        let key = listedKey ?? team
        let delegated = DelegatedRole(
            name: "team-a",
            signers: RoleKeys(keyIDs: [key.keyID], threshold: 1),
            scope: .patterns(["team/a"]),
            isTerminating: true
        )
        let content = TargetsMetadata(
            version: version,
            expires: expires ?? late,
            targets: ["team/a": TargetFile(length: 1, digest: Digest(of: [1]), custom: nil)],
            custom: nil
        )
        let file = try given ?? SignedMetadata(signing: content, with: [signer ?? team]).bytes
        let targets = try SignedMetadata(
            signing: TargetsMetadata(
                version: generation,
                expires: late,
                targets: [:],
                delegations: delegates ? Delegations([(delegated, [key.publicKey])]) : nil,
                custom: nil
            ),
            with: signers[.targets]
        ).bytes
        let snapshot = try SignedMetadata(
            signing: SnapshotMetadata(
                version: generation,
                expires: late,
                targets: MetadataFile(version: generation, bytes: targets),
                delegated: isListed ? ["team-a": MetadataFile(version: listed ?? version, bytes: file)] : [:],
                cluster: nil
            ),
            with: signers[.snapshot]
        ).bytes
        let timestamp = try SignedMetadata(
            signing: TimestampMetadata(
                version: generation,
                expires: late,
                snapshot: MetadataFile(version: generation, bytes: snapshot),
                cluster: nil
            ),
            with: signers[.timestamp]
        ).bytes
        return Repository(
            root: try MetadataSigner(signers).initialRoot(now: now),
            timestamp: timestamp,
            snapshot: snapshot,
            targets: targets,
            team: file
        )
    }
}
