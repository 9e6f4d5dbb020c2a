import Bundles
import Concurrency
@testable import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

/// What is read of reports without reading them whole, and what is cleared away behind them.
@Suite struct JudgedReportTests {
    private static let body: JSONValue = [
        "bootID": "boot", "sequence": 1, "generation": 1, "revision": 1, "state": "outOfSync",
        "versions": ["agent": "1"],
        "layers": [["name": "a"], ["name": "b", "message": "no such kind"], ["name": "c", "message": ""]],
        "notReady": [["name": "web"]], "drift": [["name": "db"]], "counts": ["objects": 9],
        "objects": ["root": "0"], "audit": ["sequence": 7, "hash": "00"],
    ]

    private static func report(_ body: JSONValue, of id: String, _ fixture: HubStoreFixture) async throws {
        _ = try await fixture.database.pool.query(
            """
            INSERT INTO cluster_reports (cluster_id, boot_id, sequence, generation, revision, state, state_since,
                received_at, body)
            VALUES (\(id), 'boot', 1, 1, 1, 'outOfSync', now(), now(), \(body))
            ON CONFLICT (cluster_id) DO UPDATE SET body = excluded.body
            """
        )
        _ = try await fixture.database.pool.query("INSERT INTO cluster_changes (cluster_id) VALUES (\(id))")
    }

    @Test func `of a report only what says how its cluster stands is looked at`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            try await Self.report(Self.body, of: id, fixture)
            let scope = HubStore.ReviewScope(silentBefore: nil, comparesRevisions: false)
            let review = try await fixture.store.reviewStandings(scope) { record in
                ClusterStanding(
                    state: "outOfSync",
                    reason: nil,
                    cause: "",
                    since: nil,
                    isSilent: false,
                    summary: record.report?.body ?? .null
                )
            }
            #expect(review == StandingReview(reviewed: 1, changed: 1))
            let seen = try #require(
                try await fixture.store.clusterSummaries(silentBefore: UnixTime(seconds: 0)).items.first?.summary
            )
            #expect(seen["layers"] == [["name": "b", "message": "no such kind"]])
            #expect(seen["notReady"] == Self.body["notReady"])
            #expect(seen["versions"] == Self.body["versions"])
            #expect(seen["drift"] == [] && seen["counts"] == [:])
            #expect(seen["objects"] == nil && seen["audit"] == nil)
            #expect(try await fixture.store.cluster(id: id).report?.body == Self.body)
            #expect(try await fixture.store.clusters(named: ["one"]).first?.report?.body == seen)
        }
    }

    @Test func `where nothing has changed nobody looks`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            // Whoever would look finds that somebody else does.
            let other = try await PostgresConnection.connect(fixture.database.configuration, logger: fixture.logger)
            _ = try await other.query("SELECT pg_advisory_lock(\(HubStore.standingLock))")
            func review(silentBefore: UnixTime?) async throws -> StandingReview {
                let scope = HubStore.ReviewScope(silentBefore: silentBefore, comparesRevisions: false)
                return try await fixture.store.reviewStandings(scope) { _ in
                    ClusterStanding(
                        state: "lost",
                        reason: nil,
                        cause: "",
                        since: nil,
                        isSilent: true,
                        summary: [:]
                    )
                }
            }
            try await fixture.store.touch([id: UnixTime(seconds: 100)])
            #expect(try await review(silentBefore: nil) == StandingReview())
            #expect(try await review(silentBefore: UnixTime(seconds: 100)) == StandingReview())
            #expect(try await review(silentBefore: UnixTime(seconds: 101)).isElsewhere)
            _ = try await other.query("SELECT pg_advisory_unlock(\(HubStore.standingLock))")
            #expect(try await review(silentBefore: UnixTime(seconds: 101)).reviewed == 1)
            #expect(try await review(silentBefore: UnixTime(seconds: 101)) == StandingReview())
        }
    }

    @Test func `what agents have heard of the audit log is found without reading their reports`() async throws {
        try await HubStoreFixture.with { fixture in
            let id = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster.id
            func sequence(_ body: JSONValue) async throws -> Int64? {
                try await Self.report(body, of: id, fixture)
                return try await fixture.database.pool.query("SELECT audit_sequence FROM cluster_reports").first?.get(0)
            }
            #expect(try await sequence(Self.body) == 7)
            #expect(try await sequence(["layers": []]) == 0)
        }
    }

    @Test func `a label with one of several values, in one page after another`() async throws {
        try await HubStoreFixture.with { fixture in
            for (name, tier) in [("a", "gold"), ("b", "silver"), ("c", "bronze"), ("d", "gold")] {
                _ = try await fixture.store.addCluster(
                    NewCluster(name: name, provider: "aws", labels: ["tier": tier])
                )
            }
            func names(_ values: [String], after: String? = nil) async throws -> [String] {
                let filter = ClusterFilter(selector: LabelSelector([.isIn("tier", values), .differs("name", "b")]))
                return try await fixture.store.clusterSummaries(
                    filter,
                    after: after,
                    silentBefore: UnixTime(seconds: 0)
                ).items.map(\.name)
            }
            #expect(try await names(["gold", "silver"]) == ["a", "d"])
            #expect(try await names(["gold", "bronze"], after: "a") == ["c", "d"])
            #expect(try await names([]) == [])
        }
    }

    @Test func `a sealed layer that no bundle names goes after a minute, another after an hour`() async throws {
        try await HubStoreFixture.with { fixture in
            for (number, type) in [(UInt8(1), LayerMediaType.sealed), (2, .plain)] {
                let bytes: [UInt8] = [number]
                _ = try await fixture.database.pool.query(
                    """
                    INSERT INTO layers (digest, media_type, bytes, created_at)
                    VALUES (\(Digest(of: bytes).bytes), \(type.rawValue), \(bytes), \(fixture.clock.now))
                    """
                )
            }
            #expect(try await fixture.store.clearLayers() == 0)
            fixture.clock.advance(.seconds(61))
            #expect(try await fixture.store.clearLayers() == 1)
            #expect(try await fixture.store.layer(Digest(of: [2]), clusterID: nil) != nil)
            fixture.clock.advance(.seconds(3_600))
            #expect(try await fixture.store.clearLayers() == 1)
        }
    }
}
