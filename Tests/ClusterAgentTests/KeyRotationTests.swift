import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import Concurrency
import JSON
import Testing

@testable import ClusterAgent

/// An agent replaces its keys, and no order of lost messages leaves it without any that count.
@Suite struct KeyRotationTests {
    private static func layer(_ names: String...) -> ScriptedHub.Layer {
        ScriptedHub.Layer(
            name: "a",
            objects: [.namespace("team-a")] + names.map { .configMap($0) },
            isSealed: true
        )
    }

    private func identity(_ world: AgentWorld) async throws -> AgentIdentity? {
        try await StateDirectory(path: world.stateDirectory).identity()
    }

    @Test("new keys are taken when the hub asks, and what is sealed to either opens")
    func onRequest() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer()])
            try await world.agent { try await world.hub.inSync(1) }
            let before = try await identity(world)
            // The bundle is sealed to the old key, and read again after the replacement.
            world.clock.advance(by: KeyRotation.shortest)
            await world.hub.askForRotation()
            try await world.agent(token: nil) {
                try await world.wait { await $0.hub.rotations == 1 }
                try await world.hub.publish([Self.layer("c")])
                try await world.hub.inSync(2)
            }
            let after = try await identity(world)
            #expect(after?.signingKey.keyID != before?.signingKey.keyID)
            #expect(after?.enrolment?.keyID == after?.signingKey.keyID)
            #expect(after?.next == nil)
            #expect(after?.replacements == 1)
            try await world.agent(token: nil) {
                try await world.hub.publish([Self.layer("d")])
                try await world.hub.inSync(3)
            }
        }
    }

    @Test(
        "a request or an answer that is lost leads to the same keys, also when the old ones do not count any more",
        arguments: [
            [ScriptedHub.RotationFault.lostRequest], [.lostAnswer], [.lostAnswer, .refused],
            [.lostRequest, .lostAnswer],
        ]
    )
    func lostMessages(faults: [ScriptedHub.RotationFault]) async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer()])
            try await world.agent { try await world.hub.inSync(1) }
            world.clock.advance(by: KeyRotation.shortest)
            await world.hub.askForRotation(faults)
            try await world.agent(token: nil) {
                try await world.wait { world in
                    let last = try StateDirectory.contents(of: "\(world.stateDirectory)/identity")
                        .flatMap { StateFile.decode($0) }.map { try AgentIdentity(json: .init(parsing: $0)) }
                    return last?.replacements == 1
                }
                try await world.hub.publish([Self.layer("c")])
                try await world.hub.inSync(2)
            }
            #expect(await world.hub.offeredKeys.count == 1)
        }
    }

    @Test("an agent that dies between the request and its answer finishes with the same keys at its next start")
    func killed() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer()])
            try await world.agent { try await world.hub.inSync(1) }
            var begun = try #require(try await identity(world))
            let next = AgentIdentity.Keys()
            begun.next = next
            try await StateDirectory(path: world.stateDirectory).keep(begun)
            try await world.agent(token: nil) {
                try await world.wait { await $0.hub.rotations == 1 }
                try await world.hub.publish([Self.layer("c")])
                try await world.hub.inSync(2)
            }
            #expect(try await identity(world)?.signingKey.keyID == next.signing.keyID)
        }
    }

    @Test("keys are replaced when they are old, not all of a fleet's at once")
    func schedule() async throws {
        let lifetimes = (0..<64).map { _ in KeyRotation.lifetime(of: SigningKey().keyID) }
        #expect(Set(lifetimes).count > 8)
        #expect(lifetimes.allSatisfy { $0 >= KeyRotation.lifetime * 0.9 && $0 <= KeyRotation.lifetime * 1.1 })
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer()])
            try await world.agent {
                try await world.hub.inSync(1)
                world.clock.advance(by: .seconds(20 * 86_400))
                try await world.hub.publish([Self.layer("c")])
                try await world.hub.report { $0.generation == 2 || $0.trustError != nil }
                #expect(await world.hub.rotations == 0)
                world.clock.advance(by: .seconds(14 * 86_400))
                try await world.hub.publish([Self.layer("d")])
                try await world.wait { await $0.hub.rotations == 1 }
            }
        }
    }

    @Test("a request that comes too early is met in time, without a further word of the hub")
    func tooEarly() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer()])
            try await world.agent {
                try await world.hub.inSync(1)
                await world.hub.askForRotation()
                try await world.hub.publish([Self.layer("c")])
                try await world.hub.inSync(2)
                // The last word for now.
                _ = try await world.hub.allObjects()
                #expect(await world.hub.rotations == 0)
                world.clock.advance(by: KeyRotation.shortest)
                try await world.wait { await $0.hub.rotations == 1 }
            }
        }
    }

    @Test("a request is remembered while the disk does not take the new keys")
    func fullDisk() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer()])
            try await world.agent {
                try await world.hub.inSync(1)
                world.clock.advance(by: KeyRotation.shortest)
                try world.blockStateFile("identity.new")
                await world.hub.askForRotation()
                try await world.hub.publish([Self.layer("c")])
                try await world.hub.inSync(2)
                // The last word for now.
                _ = try await world.hub.allObjects()
                #expect(await world.hub.rotations == 0)
                TemporaryDirectory.remove("\(world.stateDirectory)/identity.new")
                try await world.wait { await $0.hub.rotations == 1 }
            }
        }
    }

    @Test("an identity without the members of later versions is read")
    func olderForm() throws {
        var identity = AgentIdentity()
        identity.next = AgentIdentity.Keys()
        let whole = try AgentIdentity(json: identity.json)
        #expect(whole.next?.signing.keyID == identity.next?.signing.keyID)
        var json = identity.json
        for member in ["nextSigningKey", "nextSealingKey", "replacements", "keysSince"] { json[member] = nil }
        let older = try AgentIdentity(json: json)
        #expect(older.next == nil)
        #expect(older.replacements == 0)
        #expect(older.signingKey.keyID == identity.signingKey.keyID)
    }
}
