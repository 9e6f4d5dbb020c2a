import Bundles
import Concurrency
import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

/// What many agents say at the same moment, in one transaction.
@Suite struct ReportBatchTests {
    private static func report(
        _ sequence: Int64,
        base: Int64? = nil,
        boot: String = "b",
        generation: Int64 = 1,
        state: String = "inSync",
        _ members: [String: JSONValue] = [:]
    ) -> AgentReport {
        let said: [String: JSONValue] = ["sequence": .integer(sequence), "state": .string(state), "objects": "hashes"]
        return AgentReport(
            bootID: boot,
            sequence: sequence,
            base: base,
            generation: generation,
            revision: 1,
            state: state,
            body: .object(said.merging(members) { _, last in last })
        )
    }

    private static func bucket(_ number: Int, hash: UInt64, _ name: String = "a") -> ObjectBucket {
        ObjectBucket(number: number, hash: hash, objects: [["key": .string(name)]])
    }

    /// The ids of `count` clusters.
    private func clusters(_ count: Int, _ store: HubStore) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            ids.append(try await store.addCluster(NewCluster(name: "c\(number)", provider: "aws")).cluster.id)
        }
        return ids
    }

    private func outcomes(_ results: [Result<DeliveryReceipt, any Error>]) throws -> [ReportOutcome] {
        try results.map { try $0.get().outcome }
    }

    private func changes(_ fixture: HubStoreFixture) async throws -> [String] {
        try await fixture.database.pool.query("DELETE FROM cluster_changes RETURNING cluster_id")
            .map { try $0.get("cluster_id", as: String.self) }.sorted()
    }

    @Test func `each of a batch is judged by itself, and answered in its order`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let ids = try await clusters(6, store)
            let first = try await store.take(ids.map { AgentDelivery(Self.report(3), clusterID: $0) }.reversed())
            #expect(try outcomes(first) == Array(repeating: .taken(Self.report(3).body), count: 6))
            #expect(try await changes(fixture).count >= 6)
            let merged = Self.report(4, ["merged": true])
            let results = try await store.take([
                // A delta on what is there.
                AgentDelivery(Self.report(4, base: 3), buckets: [Self.bucket(1, hash: 7)], clusterID: ids[5]) {
                    stored in
                    stored == Self.report(3).body ? merged.body : nil
                },
                // A delta on what is not.
                AgentDelivery(Self.report(9, base: 8), buckets: [Self.bucket(1, hash: 7)], clusterID: ids[0]) { _ in
                    merged.body
                },
                // The same again.
                AgentDelivery(Self.report(3), clusterID: ids[3]),
                // Nothing but a later number.
                AgentDelivery(Self.report(4), clusterID: ids[2]),
                // Objects of this boot and of another.
                AgentDelivery([Self.bucket(2, hash: .max)], bootID: "b", clusterID: ids[1]),
                AgentDelivery([Self.bucket(2, hash: .max)], bootID: "old", clusterID: ids[4]),
            ])
            #expect(
                try outcomes(results) == [
                    .taken(merged.body), .needsFull, .outdated, .taken(Self.report(4).body),
                    .taken(["objects": "hashes"]), .outdated,
                ]
            )
            #expect(try results.allSatisfy { try $0.get().differing.isEmpty })
            // Only what says something new is looked at.
            #expect(try await changes(fixture) == [ids[5]])
            #expect(try await store.cluster(id: ids[5]).report?.body == merged.body)
            #expect(try await store.cluster(id: ids[0]).report?.sequence == 3)
            let kept = try await fixture.database.pool.query("SELECT cluster_id FROM cluster_objects ORDER BY 1")
            #expect(try kept.map { try $0.get("cluster_id", as: String.self) } == [ids[1], ids[5]].sorted())
            #expect(try await store.take([]).isEmpty)
        }
    }

    /// What a body says of objects, in these tests' form.
    private struct Said: ReportedObjects {
        let bucketHashes: [Int: UInt64]

        init?(_ objects: JSONValue) {
            guard let members = objects.objectValue else { return nil }
            var hashes: [Int: UInt64] = [:]
            for (name, value) in members {
                if let bucket = Int(name), let hash = value.integerValue { hashes[bucket] = UInt64(hash) }
            }
            bucketHashes = hashes
        }

        func differing(from stored: [Int: UInt64]) -> [Int] {
            bucketHashes.filter { $0.value != stored[$0.key] ?? 0 }.keys.sorted()
        }
    }

    @Test func `stored objects are looked at until they agree with the report, and again when they may not`()
        async throws
    {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let id = try await clusters(1, store)[0]
            func differing(
                _ sequence: Int64,
                _ objects: JSONValue,
                sending buckets: [ObjectBucket] = []
            ) async throws -> [Int] {
                let base = sequence > 1 ? sequence - 1 : nil
                let report = Self.report(sequence, base: base, ["objects": objects])
                let delivery = AgentDelivery(
                    report,
                    buckets: buckets,
                    clusterID: id,
                    merge: { _ in report.body },
                    objects: { Said($0) }
                )
                return try await store.take([delivery])[0].get().differing
            }
            func differing(sending buckets: [ObjectBucket]) async throws -> [Int] {
                let delivery = AgentDelivery(buckets, bootID: "b", clusterID: id, objects: { Said($0) })
                return try await store.take([delivery])[0].get().differing
            }
            func lose(_ bucket: Int64) async throws {
                try await fixture.database.pool.query("DELETE FROM cluster_objects WHERE bucket = \(bucket)")
            }
            #expect(try await differing(1, ["1": 7, "2": 8]) == [1, 2])
            #expect(try await differing(sending: [Self.bucket(1, hash: 7)]) == [2])
            #expect(try await differing(sending: [Self.bucket(2, hash: 8)]) == [])
            // Nobody but a test loses a bucket, and nobody looks for it.
            try await lose(2)
            #expect(try await differing(2, ["1": 9, "2": 8], sending: [Self.bucket(1, hash: 9)]) == [])
            #expect(try await differing(3, ["1": 9, "2": 5]) == [2])
            try await lose(1)
            #expect(try await differing(4, ["1": 9, "2": 5], sending: [Self.bucket(2, hash: 5)]) == [1])
            #expect(try await differing(sending: [Self.bucket(1, hash: 9)]) == [])
            // What was sent alone is newer than the report: the next one must not take it for what it hashed.
            #expect(try await differing(sending: [Self.bucket(1, hash: 10)]) == [1])
            #expect(try await differing(5, ["1": 9, "2": 5]) == [1])
        }
    }

    @Test func `one that the database refuses fails alone`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let ids = try await clusters(3, store)
            // PostgreSQL has no text with a zero in it.
            let bad = Self.report(1, ["text": "\u{0}"])
            let results = try await store.take([
                AgentDelivery(Self.report(1), clusterID: ids[0]), AgentDelivery(bad, clusterID: ids[1]),
                AgentDelivery(Self.report(1), clusterID: "gone"), AgentDelivery(Self.report(1), clusterID: ids[2]),
            ])
            #expect(results.map { (try? $0.get())?.outcome != nil } == [true, false, false, true])
            #expect(throws: StoreError.self) { try results[1].get() }
            #expect(throws: (any Error).self) { try results[2].get() }
            #expect(try await store.cluster(id: ids[0]).report?.sequence == 1)
            #expect(try await store.cluster(id: ids[1]).report == nil)
        }
    }

    @Test func `two of one cluster are taken in their order all the same`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let ids = try await clusters(2, store)
            let results = try await store.take([
                AgentDelivery(Self.report(1), clusterID: ids[0]), AgentDelivery(Self.report(1), clusterID: ids[1]),
                AgentDelivery(Self.report(2, state: "degraded"), clusterID: ids[0]),
            ])
            #expect(try outcomes(results).allSatisfy { $0 != .outdated })
            #expect(try await store.cluster(id: ids[0]).report?.state == "degraded")
        }
    }

    @Test func `batches of two replicas over the same clusters do not wait for each other in a ring`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let ids = try await clusters(16, store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for replica in 0..<4 {
                    group.addTask {
                        for round in 0..<8 {
                            let order = replica % 2 == 0 ? ids : ids.reversed()
                            let report = Self.report(Int64(round * 4 + replica + 1))
                            let buckets = [Self.bucket(round, hash: UInt64(replica))]
                            for result in try await store.take(
                                order.map { AgentDelivery(report, buckets: buckets, clusterID: $0) }
                            ) { _ = try result.get() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for id in ids { #expect(try await store.cluster(id: id).report?.sequence == 32) }
        }
    }

    @Test func `a batch moves the generations of its clusters, each by its own report`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let ids = try await clusters(3, store)
            for id in ids {
                try await fixture.database.pool.query(
                    """
                    INSERT INTO cluster_generations (cluster_id, generation, revision, published_at)
                    VALUES (\(id), 1, 1, now())
                    """
                )
            }
            let states = ["inSync", "progressing", "degraded"]
            let looked = fixture.clock.now
            _ = try await store.take(zip(ids, states).map { AgentDelivery(Self.report(1, state: $1), clusterID: $0) })
            fixture.clock.advance(.seconds(5))
            _ = try await store.take(ids.map { AgentDelivery(Self.report(2), clusterID: $0) })
            let rows = try await fixture.database.pool.query(
                "SELECT state, applied_at, ready_at FROM cluster_generations ORDER BY ready_at, cluster_id"
            )
            #expect(try rows.map { try $0.get("state", as: String.self) } == ["inSync", "inSync", "inSync"])
            #expect(try rows.map { try $0.get("applied_at", as: UnixTime.self) } == [looked, looked, looked])
            let later = looked + .seconds(5)
            #expect(try rows.map { try $0.get("ready_at", as: UnixTime.self) } == [looked, later, later])
        }
    }
}
