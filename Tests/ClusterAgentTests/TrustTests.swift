import AgentWorldSupport
import AgentProtocol
import AgentTestSupport
import Bundles
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct TrustTests {
    private let layer = ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a")])

    @Test("a tampered layer changes nothing and is reported; the next honest one is applied") func tamperedLayer()
        async throws
    {
        try await AgentWorld.with { world in
            let bundle = try await world.hub.publish([layer])
            await world.hub.tamper(bundle) { $0[10] ^= 1 }
            try await world.agent {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "arbitrary")
                #expect(report.generation == 0)
                #expect(try await world.find(.namespace("team-a")) == nil)
                await world.hub.tamper(bundle) { $0[10] ^= 1 }
                let next = try await world.hub.inSync(1)
                #expect(next.trustError == nil)
            }
        }
    }

    @Test("a layer with more bytes than were signed is endless data") func endlessLayer() async throws {
        try await AgentWorld.with { world in
            let bundle = try await world.hub.publish([layer])
            await world.hub.tamper(bundle) { $0.append(10) }
            try await world.agent {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "endlessData")
            }
        }
    }

    @Test("tampered metadata stops the agent before anything is applied") func tamperedTargets() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            await world.hub.tamper(.targets(version: 1)) { $0[$0.count / 2] ^= 1 }
            try await world.agent {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "mixAndMatch")
                #expect(try await world.find(.namespace("team-a")) == nil)
            }
        }
    }

    @Test("an older version is refused, also after a restart") func rollback() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            let old = await world.hub.servedTimestamp
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")])])
                _ = try await world.hub.inSync(2)
            }
            await world.hub.force(timestamp: old)
            try await world.agent(token: nil) {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "rollback")
                #expect(try await world.find(.configMap("a")) == nil)
            }
        }
    }

    @Test("a fault is taken back as soon as the hub says nothing wrong, without any news") func takenBack()
        async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            let old = await world.hub.servedTimestamp
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")])])
                _ = try await world.hub.inSync(2)
                await world.hub.force(timestamp: old)
                _ = try await world.hub.report { $0.trustError != nil }
                let before = await world.hub.reports.count
                await world.hub.force(timestamp: nil)
                let report = try await world.hub.report(after: before) { $0.trustError == nil }
                #expect(report.state == .inSync)
            }
        }
    }

    @Test("another cluster's metadata is refused") func wrongCluster() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer], for: ClusterBinding(name: "demo", id: "cluster-2"))
            try await world.agent {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "wrongCluster")
                #expect(try await world.find(.namespace("team-a")) == nil)
            }
        }
    }

    @Test("a sealed layer is opened with the agent's key") func sealedLayer() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([ScriptedHub.Layer(name: "platform", objects: [.namespace("team-a")])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([
                    ScriptedHub.Layer(name: "platform", objects: [.namespace("team-a")]),
                    ScriptedHub.Layer(name: "confidential", objects: [.configMap("secret")], isSealed: true),
                ])
                _ = try await world.hub.inSync(2)
                #expect(try await world.find(.configMap("secret")) != nil)
            }
        }
    }
}

@Suite struct EnrolmentTests {
    @Test("a wrong token is one clear line") func wrongToken() async throws {
        try await AgentWorld.with { world in
            let error = await #expect(throws: AgentError.self) { try await world.agent(token: "wrong") {} }
            #expect(error?.description.contains("the token is unknown") == true)
        }
    }

    @Test("without a token it says where one comes from") func noToken() async throws {
        try await AgentWorld.with { world in
            let error = await #expect(throws: AgentError.self) { try await world.agent(token: nil) {} }
            #expect(error?.description.contains("--token") == true)
        }
    }

    @Test("an unreachable hub is tried again, within bounds") func unreachableHub() async throws {
        try await AgentWorld.with { world in
            await world.hub.beUnreachable(times: 2)
            try await world.hub.publish([])
            try await world.agent { _ = try await world.hub.inSync(1) }
            #expect(await world.hub.enrolments == 3)
        }
        try await AgentWorld.with { world in
            await world.hub.beUnreachable(times: 100)
            await #expect(throws: AgentError.self) { try await world.agent {} }
            #expect(await world.hub.enrolments == 3)
        }
    }

    @Test("the keys are there before the token is shown, and stay the same when it is repeated") func sameKeys()
        async throws
    {
        try await AgentWorld.with { world in
            await #expect(throws: AgentError.self) { try await world.agent(token: "wrong") {} }
            let before = try await StateDirectory(path: world.stateDirectory).identity()
            try await world.hub.publish([])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let after = try await StateDirectory(path: world.stateDirectory).identity()
            #expect(before?.enrolment == nil)
            #expect(after?.enrolment?.cluster.name == "demo")
            #expect(before?.signingKey.keyID == after?.signingKey.keyID)
        }
    }
}
