import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import Concurrency
import HubTestSupport
import JSON
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// An agent's clock, its disk, and the loss of either.
@Suite struct AgentStateTests {
    private static let year = Duration.seconds(365 * 86_400)

    private static func layer(_ name: String) -> ScriptedHub.Layer {
        ScriptedHub.Layer(name: "a", objects: [.namespace("team-a"), .configMap(name)])
    }

    // MARK: - 22: the clock

    @Test("22 · with a clock two years ahead nothing new is applied, what runs stays, and a right clock ends it")
    func clockAhead() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("old")])
            try await world.agent { try await world.hub.inSync(1) }
            try await world.agent(token: nil, now: { UnixTime.now() + Self.year * 2 }) {
                try await world.hub.publish([Self.layer("new")])
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "freeze")
                #expect(try await world.find(.configMap("new")) == nil)
                #expect(try await world.find(.configMap("old")) != nil)
            }
            try await world.agent(token: nil) { try await world.hub.inSync(2) }
            #expect(try await world.find(.configMap("new")) != nil)
        }
    }

    @Test("22 · a clock two years behind does not bring expired metadata back to life")
    func clockBehind() async throws {
        let uptime = ManualTime(UnixTime(seconds: 0))
        let behind = AgentEnvironment(
            now: { UnixTime.now() - Self.year * 2 },
            uptime: { uptime.now - UnixTime(seconds: 0) }
        )
        let signer = MetadataSigner(.generated())
        let signedAt = UnixTime.now().seconds
        let binding = ClusterBinding(name: "demo", id: "cluster-1")
        var update = TrustUpdate(
            try TrustedState(trusting: try signer.initialRoot(now: signedAt), cluster: binding),
            now: signedAt
        )
        let bundle = Bundle(following: nil, cluster: binding, revision: 1, layers: [], directives: .none)
        let files = try signer.sign(bundle, timestampVersion: 1, now: signedAt)
        try update.rootsAreCurrent()
        _ = try update.updateTimestamp(files.timestamp)
        try update.updateSnapshot(files.snapshot)
        try update.updateTargets(files.targets)

        let clock = TrustedClock(behind)
        #expect(clock.now.seconds < signedAt)
        clock.learn(from: update.state)
        #expect(clock.now.seconds == signedAt)
        // Without a network the time since then is the machine's uptime.
        uptime.advance(by: .seconds(86_400 + 1))
        #expect(clock.now.seconds >= update.state.expires)
        var again = TrustUpdate(update.state, now: clock.now.seconds)
        try again.rootsAreCurrent()
        let error = #expect(throws: BundleError.self) { _ = try again.updateTimestamp(files.timestamp) }
        #expect(error?.code == .freeze)
    }

    @Test("22 · an agent that starts with a clock two years behind still sees that what it has was withheld too long")
    func frozenBehind() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("c")])
            try await world.agent { try await world.hub.inSync(1) }
            let state = try StateDirectory(path: world.stateDirectory)
            let trusted = try #require(try await state.trust())
            let clock = TrustedClock(AgentEnvironment(now: { UnixTime.now() - Self.year * 2 }))
            clock.learn(from: trusted)
            #expect(clock.now >= UnixTime.now() - .seconds(60))
        }
    }

    // MARK: - 23: the disk

    @Test("23 · a write that power loss cuts at any byte leads to the copy before it, never to no history")
    func tornAtEveryByte() async throws {
        try await TemporaryDirectory.with { path in
            let state = try StateDirectory(path: path)
            let (older, newer) = (Array("history of 41".utf8), Array("history of 42, a little longer".utf8))
            try await state.write("trust", older)
            try await state.write("trust", newer)
            let whole = StateFile.encode(newer)
            for length in 0..<whole.count {
                try TemporaryDirectory.write("\(path)/trust", Array(whole.prefix(length)))
                #expect(try await state.read("trust") == older, "cut after \(length) bytes")
            }
            // What a disk may leave of the rest: zeros.
            for length in 1..<whole.count {
                let zeros = [UInt8](repeating: 0, count: whole.count - length)
                try TemporaryDirectory.write("\(path)/trust", Array(whole.prefix(length)) + zeros)
                #expect(try await state.read("trust") == older, "zeros after \(length) bytes")
            }
            try TemporaryDirectory.write("\(path)/trust.previous", Array(StateFile.encode(older).dropLast()))
            await #expect(throws: StateError.self) { try await state.read("trust") }
        }
    }

    @Test("23 · an agent whose trust file is torn goes on with the copy before it, and refuses the rollback it hides")
    func tornTrust() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("one")])
            let old = await world.hub.servedTimestamp
            try await world.agent {
                try await world.hub.inSync(1)
                try await world.hub.publish([Self.layer("two")])
                try await world.hub.inSync(2)
            }
            try TemporaryDirectory.write("\(world.stateDirectory)/trust", [0])
            await world.hub.force(timestamp: old)
            try await world.agent(token: nil) {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "rollback")
                #expect(try await world.find(.configMap("one")) == nil)
            }
        }
    }

    // MARK: - 24: the volume

    @Test("24 · of the state on the disk and the one in the cluster the higher wins, whichever is lost or set back")
    func higherWins() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("one")])
            let old = await world.hub.servedTimestamp
            try await world.agent { try await world.hub.inSync(1) }
            let trust = "\(world.stateDirectory)/trust"
            let setBack = try #require(try StateDirectory.contents(of: trust))
            try await world.agent(token: nil) {
                try await world.hub.publish([Self.layer("two")])
                try await world.hub.inSync(2)
            }
            await world.hub.force(timestamp: old)
            for isLost in [true, false] {
                if isLost {
                    TemporaryDirectory.remove(world.stateDirectory)
                } else {
                    try TemporaryDirectory.write(trust, setBack)
                    try TemporaryDirectory.write("\(trust).previous", setBack)
                }
                let reports = await world.hub.reports.count
                try await world.agent(token: nil) {
                    let report = try await world.hub.report(after: reports) { $0.trustError != nil }
                    #expect(report.trustError?.code == "rollback", "lost: \(isLost)")
                }
                #expect(try await world.find(.configMap("one")) == nil)
            }
            #expect(await world.hub.enrolments == 1)
        }
    }

    @Test(
        "24 · of two identities the one with the newer keys wins, so that a restored disk does not lock the agent out"
    )
    func newerKeysWin() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("c")])
            try await world.agent { try await world.hub.inSync(1) }
            let identity = "\(world.stateDirectory)/identity"
            let setBack = try #require(try StateDirectory.contents(of: identity))
            world.clock.advance(by: KeyRotation.shortest)
            await world.hub.askForRotation()
            try await world.agent(token: nil) {
                try await world.wait { await $0.hub.rotations == 1 }
                try await world.hub.publish([Self.layer("d")])
                try await world.hub.inSync(2)
            }
            let newer = try await StateDirectory(path: world.stateDirectory).identity()
            try TemporaryDirectory.write(identity, setBack)
            try await world.agent(token: nil) {
                try await world.hub.publish([Self.layer("e")])
                try await world.hub.inSync(3)
            }
            let restored = try await StateDirectory(path: world.stateDirectory).identity()
            #expect(restored?.signingKey.keyID == newer?.signingKey.keyID)
        }
    }
}
