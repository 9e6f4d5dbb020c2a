import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import Concurrency
import HTTPTypes
import HubTestSupport
import JSON
import Kubernetes
import Testing

/// Bytes that nobody trusted signed, and signed bytes that mean something else than they are presented as.
@Suite struct UntrustedBytesTests {
    private static let first = ScriptedHub.Layer(name: "team/a", objects: [.namespace("team-a"), .configMap("a")])
    private static let second = ScriptedHub.Layer(
        name: "team/a",
        objects: [.namespace("team-a"), .configMap("a", "2"), .configMap("b")]
    )

    @Test(
        "1 · a byte changed after signing: nothing of it is applied, the last good bundle stays, and the report names it"
    )
    func changedAfterSigning() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.first])
            try await world.agent {
                try await world.hub.inSync(1)
                let forged = try await world.hub.publish([Self.second])
                await world.hub.tamper(forged) { $0[$0.count / 2] ^= 1 }
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "arbitrary")
                #expect(report.state == .outOfSync)
                #expect(report.generation == 1)
                #expect(try await world.find(.configMap("b")) == nil)
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "1")
            }
        }
    }

    @Test("1 · a byte of the metadata changed after signing: refused before anything is fetched")
    func changedMetadata() throws {
        let fleet = try SignedFleet()
        let trusted = try fleet.trust(after: fleet.metadata(1))
        let files = try fleet.metadata(2)
        var update = fleet.update(of: trusted)
        try update.rootsAreCurrent()
        let later = try rewritten(files.timestamp) { envelope in
            var signed = envelope["signed"] ?? .null
            signed["version"] = 3
            envelope["signed"] = signed
        }
        #expect(refusal { _ = try update.updateTimestamp(later) } == .arbitrary)
        #expect(update.state == trusted)
        _ = try update.updateTimestamp(files.timestamp)
        for index in stride(from: 0, to: files.snapshot.count, by: 31) {
            var changed = files.snapshot
            changed[index] ^= 1
            #expect(refusal { try update.updateSnapshot(changed) } == .mixAndMatch)
        }
        #expect(try update.state.bundle() == trusted.bundle())
    }

    @Test("2 · valid signatures of a key that the root does not list: refused and reported, nothing applied")
    func untrustedKey() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.first])
            try await world.agent {
                try await world.hub.inSync(1)
                let stranger = MetadataSigner(.generated())
                let snapshot = MetadataFile(version: 2, bytes: Array("anything".utf8))
                let forged = try stranger.timestamp(
                    cluster: world.hub.cluster,
                    snapshot: snapshot,
                    version: 2,
                    now: UnixTime.now().seconds
                )
                await world.hub.force(timestamp: forged)
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "untrustedKey")
                #expect(report.generation == 1)
                #expect(try await world.find(.configMap("a")) != nil)
            }
        }
    }

    @Test(
        "2 · a key that a new root lists no longer is worth nothing, for what it signs now and for what it signed before"
    )
    func revokedKey() throws {
        let fleet = try SignedFleet()
        let next = RoleSigners.generated()
        let trusted = try fleet.trust(after: fleet.metadata(1))
        let root = try fleet.root(2, listing: next, signedBy: fleet.keys[.root] + next[.root])
        var update = fleet.update(of: trusted, roots: [root])
        #expect(update.state.targets == nil)
        let old = try fleet.metadata(2)
        #expect(refusal { try update.take(old) } == .untrustedKey)
        #expect(try update.state.bundle() == nil)
    }

    @Test(
        "13 · text with more than one meaning is refused before its signatures are looked at",
        arguments: [
            (#""version":2"#, #""version":2,"version":3"#), (#""version":2"#, #""version":NaN"#),
            (#""version":2"#, #""version":2.0"#), (#""version":2"#, #""version":99999999999999999999999"#),
            (#""version":2"#, #""version":2e0"#), ("{", "\u{FEFF}{"), (#""signed""#, "\"si\u{0}gned\""),
            (#""keyid""#, #""keyid":"x","keyid""#),
        ]
    )
    func ambiguousText(honest: String, trick: String) throws {
        let fleet = try SignedFleet()
        let text = String(decoding: try fleet.metadata(2).timestamp, as: UTF8.self)
        let range = try #require(text.firstRange(of: honest))
        let tricky = Array((text[..<range.lowerBound] + trick + text[range.upperBound...]).utf8)
        var update = fleet.update(of: try fleet.trust(after: fleet.metadata(1)))
        try update.rootsAreCurrent()
        #expect(refusal { _ = try update.updateTimestamp(tricky) } == .malformed)
    }

    @Test("14 · metadata of one role presented as another's is refused, even when the same key signs for both")
    func roleConfusion() throws {
        let key = [SigningKey()]
        let fleet = try SignedFleet(
            keys: RoleSigners([.root: key, .targets: key, .snapshot: key, .timestamp: key])
        )
        let files = try fleet.metadata(1)
        for other in [fleet.root, files.targets, files.snapshot] {
            var update = fleet.update(of: try fleet.trust())
            try update.rootsAreCurrent()
            // Targets of many layers would be too long for a timestamp; these are not.
            #expect(refusal { _ = try update.updateTimestamp(other) } == .wrongRole)
        }
        for other in [files.targets, files.snapshot, files.timestamp] {
            var update = fleet.update(of: try fleet.trust())
            #expect(refusal { try update.updateRoot(other) } == .wrongRole)
            #expect(refusal { _ = try TrustedState(trusting: other, cluster: nil) } == .wrongRole)
        }
    }

    @Test("14 · an agent's report is no metadata, in whatever envelope it comes and whoever signed it")
    func reportAsMetadata() throws {
        let fleet = try SignedFleet()
        let report = Report(
            bootID: "boot",
            sequence: 1,
            generation: 1,
            revision: 1,
            state: .inSync,
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: 0
        ).json
        let signature = try fleet.keys[.timestamp][0].sign(report.canonical())
        let envelope: JSONValue = [
            "signed": report,
            "signatures": [
                [
                    "keyid": .string(fleet.keys[.timestamp][0].keyID),
                    "sig": .string(Hexadecimal.encode(signature)),
                ]
            ],
        ]
        var update = fleet.update(of: try fleet.trust())
        try update.rootsAreCurrent()
        for presented in [report.serialized(), envelope.serialized()] {
            #expect(refusal { _ = try update.updateTimestamp(presented) } == .malformed)
        }
    }

    @Test("14 · the signature of a request is none of metadata, and that of metadata is none of a request")
    func signatureConfusion() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            // The worst case: the agent's key also signs for the timestamp.
            let keys = RoleSigners([
                .root: [SigningKey()], .targets: [SigningKey()], .snapshot: [SigningKey()], .timestamp: [agent.key],
            ])
            let fleet = try SignedFleet(keys: keys)
            let timestamp = try fleet.metadata(1).timestamp

            let request = try agent.signed(.report, body: timestamp)
            let fields = try #require(request.fields[try #require(HTTPField.Name("signature"))])
            let text = try #require(fields.split(separator: ":").dropFirst().first)
            let ofRequest = try #require(Base64.decode(text))
            let presented = try rewritten(timestamp) { envelope in
                envelope["signatures"] = [
                    ["keyid": .string(agent.key.keyID), "sig": .string(Hexadecimal.encode(ofRequest))]
                ]
            }
            var update = fleet.update(of: try fleet.trust())
            try update.rootsAreCurrent()
            #expect(refusal { _ = try update.updateTimestamp(presented) } == .arbitrary)

            let hex = try #require(JSONValue(parsing: timestamp)["signatures"]?[0]?["sig"]?.stringValue)
            var forged = request
            let ofMetadata = Base64.encode(try #require(Hexadecimal.decode(hex)))
            forged.fields[try #require(HTTPField.Name("signature"))] = "otomi=:\(ofMetadata):"
            #expect(try await agent.send(forged).status == 401)
        }
    }
}
