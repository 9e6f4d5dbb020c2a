import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import HubAPI
import HubTestSupport
import JSON
import Kubernetes
import Testing
import Values

/// Genuine metadata at the wrong time, or genuine files that do not belong together.
@Suite struct VersionAttackTests {
    private static func layer(_ value: String) -> ScriptedHub.Layer {
        ScriptedHub.Layer(name: "team/a", objects: [.namespace("team-a"), .configMap("a", value)])
    }

    @Test("3 · an older bundle replayed after a newer one is refused, in the same run and after a restart of the agent")
    func rollback() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("1")])
            let old = await world.hub.servedTimestamp
            try await world.agent {
                try await world.hub.inSync(1)
                try await world.hub.publish([Self.layer("2")])
                try await world.hub.inSync(2)
                await world.hub.force(timestamp: old)
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "rollback")
                #expect(report.generation == 2)
            }
            let seen = await world.hub.reports.count
            try await world.agent(token: nil) {
                let report = try await world.hub.report(after: seen) { $0.trustError != nil }
                #expect(report.trustError?.code == "rollback")
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "2")
            }
        }
    }

    @Test("4 · a deliberate return to old values is a new bundle of the old layers: taken, and its author is on record")
    func deliberateReturn() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("demo", hub, caller)
            var bundles: [Bundle] = []
            let teams = [Document.team("a"), .team("b")]
            for change in [
                (put: [teams[0]], delete: []), (put: [teams[1]], delete: []), (put: [], delete: [teams[1].id]),
            ] {
                try await hub.commit(put: change.put, delete: change.delete)
                try await hub.publish()
                bundles.append(try await agent.refresh())
            }
            #expect(bundles.map(\.generation) == [1, 2, 3])
            // A sealed layer is other bytes each time that it is sealed.
            let plain = bundles.map { $0.layers.filter { $0.mediaType == .plain } }
            #expect(plain[0] != plain[1])
            #expect(plain[0] == plain[2])
            let page = try await caller.get(Route.revisions.path()).message(Page<Revision>.self)
            #expect(page.items.first?.number == bundles[2].revision)
            #expect(page.items.first?.author == "alice")
        }
    }

    @Test("5 · a stolen key's version of 2^62 is no version, and one beyond the cap is refused")
    func fastForward() throws {
        let fleet = try SignedFleet()
        let trusted = try fleet.trust(after: fleet.metadata(42))
        for (version, expected) in [
            (Int64(1) << 62, BundleError.Code.malformed), (Int64(1) << 53, .fastForward), (1_000_043, .fastForward),
        ] {
            let files = try fleet.metadata(version, "evil")
            var update = fleet.update(of: trusted)
            #expect(refusal { try update.take(files) } == expected)
            #expect(update.state == trusted)
        }
    }

    @Test("5 · a version below the cap that locks honest ones out is forgotten with the key, by a new root")
    func fastForwardRecovery() throws {
        let fleet = try SignedFleet()
        var robbed = fleet.update(of: try fleet.trust(after: fleet.metadata(42)))
        try robbed.take(try fleet.metadata(1_000_042, "evil"))
        let honest = try fleet.metadata(43)
        var locked = fleet.update(of: robbed.state)
        #expect(refusal { try locked.take(honest) } == .rollback)

        let online = RoleSigners.generated()
        let keys = RoleSigners([
            .root: fleet.keys[.root], .targets: online[.targets], .snapshot: online[.snapshot],
            .timestamp: online[.timestamp],
        ])
        let root = try fleet.root(2, listing: keys, signedBy: fleet.keys[.root])
        // The agent stops between the root and the rest: what was forgotten stays forgotten.
        let stored = fleet.update(of: robbed.state, roots: [root]).state.serialized()
        var recovered = fleet.update(of: try TrustedState(restoring: stored))
        try recovered.take(try fleet.metadata(43, keys: keys))
        #expect(try recovered.state.bundle()?.generation == 43)
        var again = fleet.update(of: recovered.state)
        let evil = try fleet.metadata(1_000_043, "evil")
        #expect(refusal { try again.take(evil) } == .untrustedKey)
    }

    @Test("5 · a key that is only added opens no way back to older versions")
    func addedKey() throws {
        let fleet = try SignedFleet()
        let trusted = try fleet.trust(after: fleet.metadata(42))
        var listed: [MetadataRole: [SigningKey]] = [:]
        for role in MetadataRole.allCases { listed[role] = fleet.keys[role] + [SigningKey()] }
        let root = try fleet.root(2, listing: RoleSigners(listed), signedBy: fleet.keys[.root])
        var update = fleet.update(of: trusted, roots: [root])
        let old = try fleet.metadata(41)
        #expect(refusal { try update.take(old) } == .rollback)
    }

    @Test("6 · a frozen hub: what runs stays, nothing new is taken from what has expired, and the report says frozen")
    func freeze() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("1")])
            try await world.agent {
                try await world.hub.inSync(1)
                world.clock.advance(by: .seconds(2 * 86_400))
                // A publication that is past its expiry by the cluster's clock: news that must not be taken any more.
                try await world.hub.publish([Self.layer("2")])
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "freeze")
                #expect(report.trustError?.message.contains("expired at") == true)
                #expect(report.generation == 1)
                #expect(report.state == .inSync)
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "1")
            }
        }
    }

    @Test("6 · one time holds for a whole update, and a fresh timestamp keeps nothing alive that has expired")
    func expiryOfEveryFile() throws {
        let fleet = try SignedFleet()
        let files = try fleet.metadata(1)
        let state = try fleet.trust(after: files)
        let late = SignedFleet.now + 8 * MetadataTime.day
        let fresh = try MetadataSigner(fleet.keys).timestamp(
            cluster: fleet.cluster,
            snapshot: MetadataFile(version: 1, bytes: files.snapshot),
            version: 2,
            now: late
        )
        var update = TrustUpdate(state, now: late)
        try update.rootsAreCurrent()
        #expect(refusal { _ = try update.updateTimestamp(fresh) } == .freeze)
        #expect(try update.state.bundle() == state.bundle())
    }

    @Test("7 · what a parcel carries of another publication is not taken for what was announced")
    func mixedParcel() async throws {
        try await AgentWorld.with { world in
            let firstBundle = try await world.hub.publish([Self.layer("1")])
            let old = try #require(try await world.hub.metadata(.snapshot(version: 1), limit: .max))
            let oldTargets = try #require(try await world.hub.metadata(.targets(version: 1), limit: .max))
            let oldLayer = try #require(firstBundle.layers.first?.digest)
            let oldBytes = try await world.hub.layer(oldLayer, length: .max)
            let bundle = try await world.hub.publish([Self.layer("2")])
            let fresh = try #require(bundle.layers.first?.digest)
            await world.hub.carry { parcel in
                var mixed = Parcel(timestamp: parcel.timestamp)
                mixed.add(.metadata(.snapshot(version: 2)), old)
                mixed.add(.metadata(.targets(version: 2)), oldTargets)
                mixed.add(.layer(fresh), oldBytes)
                return mixed
            }
            try await world.agent {
                let report = try await world.hub.inSync(2)
                #expect(report.trustError == nil)
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "2")
            }
            #expect(await world.hub.fetchedLayers.contains(fresh))
        }
    }

    @Test("7 · files of two publications do not go together, though each is genuine")
    func mixAndMatch() throws {
        let fleet = try SignedFleet()
        let files = try (1...3).map { try fleet.metadata(Int64($0), "\($0)") }
        let twin = try fleet.metadata(2, "another bundle of the same generation")
        for (snapshot, targets) in [
            (files[0].snapshot, files[1].targets), (files[2].snapshot, files[1].targets),
            (files[1].snapshot, files[0].targets), (files[1].snapshot, files[2].targets),
            (files[1].snapshot, twin.targets), (twin.snapshot, files[1].targets), (twin.snapshot, twin.targets),
        ] {
            var update = fleet.update(of: try fleet.trust())
            try update.rootsAreCurrent()
            _ = try update.updateTimestamp(files[1].timestamp)
            let found = refusal {
                try update.updateSnapshot(snapshot)
                try update.updateTargets(targets)
            }
            #expect(found == .mixAndMatch || found == .endlessData)
            #expect(try update.state.bundle() == nil)
        }
    }

    @Test("7 · a layer of another bundle does not stand in for the one that was signed")
    func layerOfAnotherBundle() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("1")])
            try await world.agent {
                try await world.hub.inSync(1)
                let other = try LayerFile(Self.layer("1").objects).bytes
                let bundle = try await world.hub.publish([Self.layer("2")])
                await world.hub.tamper(bundle) { $0 = other }
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "arbitrary")
                #expect(report.generation == 1)
            }
        }
    }
}
