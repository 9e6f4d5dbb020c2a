import Postgres
import PostgresTestSupport
import Bundles
import Concurrency
import HubStore
import JSON
import Testing

@Suite struct ClusterStateTests {
    private static func report(_ sequence: Int64, boot: String = "b1", state: String = "inSync") -> AgentReport {
        AgentReport(
            bootID: boot,
            sequence: sequence,
            generation: 1,
            revision: 1,
            state: state,
            body: ["sequence": .integer(sequence), "state": .string(state)]
        )
    }

    @Test func `only newer reports are taken, and the state knows since when`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            let start = fixture.clock.now
            #expect(try await fixture.store.record(Self.report(2), clusterID: id))
            #expect(try await !fixture.store.record(Self.report(2, state: "held"), clusterID: id))
            fixture.clock.advance(.seconds(5))
            #expect(try await fixture.store.record(Self.report(3), clusterID: id))
            #expect(try await fixture.store.cluster(id: id).report?.stateSince == start)
            #expect(try await fixture.store.record(Self.report(1, boot: "b2", state: "degraded"), clusterID: id))
            #expect(try await !fixture.store.record(Self.report(9), clusterID: id))
            let report = try await fixture.store.cluster(id: id).report
            #expect(report?.state == "degraded")
            #expect(report?.stateSince == start + .seconds(5))
            await #expect(throws: StoreError.self) {
                try await fixture.store.record(Self.report(1), clusterID: "gone")
            }
        }
    }

    @Test func `sightings are written in a batch and never go back`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            try await fixture.store.touch([id: UnixTime(seconds: 100), "gone": UnixTime(seconds: 1)])
            try await fixture.store.touch([id: UnixTime(seconds: 50)])
            #expect(try await fixture.store.cluster(id: id).lastSeen == UnixTime(seconds: 100))
        }
    }

    @Test func `a publication is fenced, and its layers belong to its cluster`() async throws {
        try await HubStoreFixture.with { fixture in
            let (cluster, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            let other = try await fixture.store.addCluster(NewCluster(name: "two", provider: "aws")).cluster
            try await fixture.put(HubStoreFixture.service("a"))
            _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text))
            let state = try await fixture.store.publicationState(clusterID: cluster.id)
            #expect(state.isStale)
            let layer = StoredLayer(digest: Digest(of: [1, 2, 3]), mediaType: "text/plain", bytes: [1, 2, 3])
            let targets = TargetsMetadata(
                version: 1,
                expires: 2_000_000_000,
                targets: ["layer": TargetFile(length: 3, digest: layer.digest, custom: nil)],
                custom: nil
            )
            let signed = try SignedMetadata(signing: targets, with: [SigningKey()])
            let publication = Publication(
                clusterID: cluster.id,
                expectedGeneration: 0,
                expectedTimestampVersion: 0,
                revision: 1,
                inputVersion: state.inputVersion,
                inputDigest: [9],
                generation: 1,
                timestampVersion: 1,
                timestampExpires: 1_800_000_000,
                layers: [layer],
                files: ["1.targets.json": signed.bytes, "timestamp.json": [7]]
            )
            #expect(try await fixture.store.missingLayers(among: [layer.digest]) == [layer.digest])
            try await fixture.store.publish(publication)
            #expect(try await !fixture.store.publicationState(clusterID: cluster.id).isStale)
            #expect(try await fixture.store.publicationStates(stale: true).map(\.cluster.name) == ["two"])
            #expect(try await fixture.store.metadata(clusterID: cluster.id, file: "timestamp.json") == [7])
            #expect(try await fixture.store.layer(layer.digest, clusterID: cluster.id) == layer)
            #expect(try await fixture.store.layer(layer.digest, clusterID: other.id) == nil)
            let error = await #expect(throws: StoreError.self) { try await fixture.store.publish(publication) }
            #expect(error?.code == .stale)
            try await fixture.store.refreshTimestamp(
                clusterID: cluster.id,
                expectedVersion: 1,
                version: 2,
                expires: 1_900_000_000,
                bytes: [8]
            )
            #expect(try await fixture.store.metadata(clusterID: cluster.id, file: "timestamp.json") == [8])
            let due = try await fixture.store.expiringTimestamps(before: 1_950_000_000, limit: 10)
            #expect(due.map(\.cluster.id) == [cluster.id])
            fixture.clock.advance(.seconds(7200))
            #expect(try await fixture.store.clearLayers() == 0)
        }
    }

    @Test func `trust is made once and its keys come back`() async throws {
        try await HubStoreFixture.with { fixture in
            let key = SigningKey()
            let keys = [RoleSigningKey(role: .targets, key: key)]
            #expect(try await fixture.store.bootstrapTrust(root: [1], keys: keys))
            #expect(try await !fixture.store.bootstrapTrust(root: [2], keys: keys))
            #expect(try await fixture.store.root(version: 1) == [1])
            #expect(try await fixture.store.signingKeys().map(\.key.rawBytes) == [key.rawBytes])
            try await fixture.store.addRoot(version: 2, bytes: [2])
            #expect(try await fixture.store.roots().map(\.version) == [1, 2])
            let error = await #expect(throws: StoreError.self) {
                try await fixture.store.addRoot(version: 4, bytes: [4])
            }
            #expect(error?.code == .stale)
        }
    }

    @Test func `bearer tokens are known until they expire or are revoked`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            try await store.bootstrapAdminToken("admin")
            try await store.bootstrapAdminToken("admin")
            #expect(try await store.identify(token: "admin")?.role == .platformAdmin)
            let text = try await store.createAPIToken(name: "ci", role: .auditor, lifetime: .seconds(60))
            #expect(try await store.identify(token: text)?.name == "ci")
            fixture.clock.advance(.seconds(61))
            #expect(try await store.identify(token: text) == nil)
            try await store.revokeAPIToken(name: "ci")
            await #expect(throws: StoreError.self) { try await store.revokeAPIToken(name: "ci") }
        }
    }

    @Test func `whoever waits is woken by a commit`() async throws {
        try await HubStoreFixture.with { fixture in
            let events = StoreEvents()
            let configuration = fixture.database.configuration
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await events.run(configuration: configuration, logger: fixture.logger) }
                let listening = await events.revisions.wait(after: 0)
                try await fixture.put(HubStoreFixture.service("a"))
                #expect(await events.revisions.wait(after: listening) > listening)
                group.cancelAll()
            }
        }
    }
}
