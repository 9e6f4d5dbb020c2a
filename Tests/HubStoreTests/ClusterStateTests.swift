import Values
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
            let first = try await fixture.store.record(Self.report(2), clusterID: id)
            #expect(first == .taken(Self.report(2).body))
            #expect(try await fixture.store.record(Self.report(2, state: "held"), clusterID: id) == .outdated)
            fixture.clock.advance(.seconds(5))
            #expect(try await fixture.store.record(Self.report(3), clusterID: id) != .outdated)
            #expect(try await fixture.store.cluster(id: id).report?.stateSince == start)
            let other = Self.report(1, boot: "b2", state: "degraded")
            #expect(try await fixture.store.record(other, clusterID: id) == .taken(other.body))
            #expect(try await fixture.store.record(Self.report(9), clusterID: id) == .outdated)
            let report = try await fixture.store.cluster(id: id).report
            #expect(report?.state == "degraded")
            #expect(report?.stateSince == start + .seconds(5))
            await #expect(throws: StoreError.self) {
                try await fixture.store.record(Self.report(1), clusterID: "gone")
            }
        }
    }

    @Test func `a report of any earlier boot is history, whatever its sequence`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            for boot in ["b1", "b2", "b3"] {
                let report = Self.report(1, boot: boot)
                #expect(try await fixture.store.record(report, clusterID: id) == .taken(report.body))
            }
            for boot in ["b1", "b2"] {
                let late = Self.report(99, boot: boot, state: "degraded")
                #expect(try await fixture.store.record(late, clusterID: id) == .outdated)
            }
            #expect(try await fixture.store.cluster(id: id).report?.bootID == "b3")
            // The list of boots is bounded.
            for boot in 4..<40 { _ = try await fixture.store.record(Self.report(1, boot: "b\(boot)"), clusterID: id) }
            #expect(try await fixture.store.record(Self.report(9, boot: "b30"), clusterID: id) == .outdated)
        }
    }

    @Test func `deltas of two replicas at once are merged in their order or sent back`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            @Sendable func delta(_ sequence: Int64, base: Int64) -> AgentReport {
                AgentReport(
                    bootID: "b1",
                    sequence: sequence,
                    base: base,
                    generation: 1,
                    revision: 1,
                    state: "inSync",
                    body: ["count": 1]
                )
            }
            @Sendable func send(_ report: AgentReport) async throws -> ReportOutcome {
                try await fixture.store.record(report, clusterID: id) { stored in
                    ["count": .integer((stored["count"]?.integerValue ?? 0) + 1)]
                }
            }
            #expect(try await send(delta(1, base: 0)) == .needsFull)
            _ = try await fixture.store.record(Self.report(1), clusterID: id)
            let outcomes = try await withThrowingTaskGroup(of: ReportOutcome.self) { group in
                for _ in 0..<8 { group.addTask { try await send(delta(2, base: 1)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == .taken(["count": 1]) }.count == 1)
            #expect(outcomes.filter { $0 == .outdated }.count == 7)
            #expect(try await send(delta(3, base: 1)) == .needsFull)
            #expect(try await send(delta(3, base: 2)) == .taken(["count": 2]))
            #expect(try await fixture.store.cluster(id: id).report?.body == ["count": 2])
        }
    }

    @Test func `the objects of a cluster are kept by bucket and listed by key`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let id = try await store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            func object(_ key: String, _ kind: String = "A", health: String = "ready") -> JSONValue {
                [
                    "key": .string(key), "kind": .string(kind), "namespace": "n", "layer": "l", "state": "applied",
                    "health": .string(health),
                ]
            }
            let buckets = [
                ObjectBucket(number: 1, hash: .max, objects: [object("c"), object("a", health: "failed")]),
                ObjectBucket(number: 9, hash: 5, objects: [object("b", "B")]),
            ]
            func keep(_ buckets: [ObjectBucket], boot: String = "b1") async throws -> DeliveryReceipt {
                try await store.take([AgentDelivery(buckets, bootID: boot, clusterID: id)])[0].get()
            }
            #expect(try await keep(buckets).outcome == .outdated)
            let report = AgentReport(
                bootID: "b1",
                sequence: 1,
                generation: 1,
                revision: 1,
                state: "inSync",
                body: ["objects": "hashes", "state": "inSync"]
            )
            _ = try await store.record(report, clusterID: id)
            let receipt = try await keep(buckets)
            #expect(receipt.outcome == .taken(["objects": "hashes"]))
            #expect(receipt.differing == [])
            #expect(try await keep([], boot: "b0").outcome == .outdated)
            func keys(_ filter: ObjectFilter) async throws -> [String] {
                try await store.objects(clusterID: id, filter).items.compactMap { $0["key"]?.stringValue }
            }
            #expect(try await keys(ObjectFilter()) == ["a", "b", "c"])
            #expect(try await keys(ObjectFilter(kind: "B")) == ["b"])
            #expect(try await keys(ObjectFilter(namespace: "x")) == [])
            #expect(try await keys(ObjectFilter(layer: "l", state: "notReady")) == ["a"])
            #expect(try await keys(ObjectFilter(state: "ready")) == ["b", "c"])
            #expect(try await keys(ObjectFilter(state: "failed")) == ["a"])
            let first = try await store.objects(clusterID: id, ObjectFilter(), limit: 2)
            #expect(first.next == "b")
            let second = try await store.objects(clusterID: id, ObjectFilter(), after: first.next, limit: 2)
            #expect(second.items.count == 1 && second.next == nil)
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
                sealedLayers: [9],
                generation: 1,
                timestampVersion: 1,
                timestampExpires: 1_800_000_000,
                rootVersion: 1,
                layers: [layer],
                bundleLayers: [layer.digest],
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
                rootVersion: 1,
                bytes: [8]
            )
            #expect(try await fixture.store.metadata(clusterID: cluster.id, file: "timestamp.json") == [8])
            for (time, root) in [(Int64(1_950_000_000), Int64(1)), (0, 2)] {
                let due = try await fixture.store.publicationsToRenew(
                    expiringBefore: time,
                    signedBeforeRoot: root,
                    limit: 10
                )
                #expect(due.map(\.cluster.id) == [cluster.id])
            }
            #expect(
                try await fixture.store.publicationsToRenew(expiringBefore: 0, signedBeforeRoot: 1, limit: 10).isEmpty
            )
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
            #expect(try await store.identify(bearer: "admin")?.principal.isPlatformAdmin == true)
            let new = NewAPIToken(name: "ci", scope: .grant(.auditor), lifetime: .seconds(60))
            let text = try await store.createAPIToken(new).text
            #expect(try await store.identify(bearer: text)?.principal.name == "ci")
            fixture.clock.advance(.seconds(61))
            #expect(try await store.identify(bearer: text) == nil)
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
