import Concurrency
@testable import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Synchronization
import Testing
import Values

/// How clusters stand, as the store keeps it, and what lists are made of.
@Suite struct StandingTests {
    private static let everything = HubStore.ReviewScope(silentBefore: nil, comparesRevisions: true)

    private static func standing(_ state: String, since: UnixTime? = nil) -> ClusterStanding {
        ClusterStanding(state: state, reason: "why", cause: "cause", since: since, isSilent: false, summary: [:])
    }

    @Test func `a new cluster is pending from its first moment`() async throws {
        try await HubStoreFixture.with { fixture in
            let cluster = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster
            #expect(cluster.standing.state == "pending")
            #expect(cluster.standing.since == cluster.createdAt)
            #expect(try await fixture.store.clustersByState() == ["pending": 1])
        }
    }

    @Test func `a state that lasts keeps its beginning, and none begins before the one before it`() {
        let stored = StoredStanding(
            state: "inSync",
            reason: nil,
            cause: "",
            since: UnixTime(seconds: 100),
            desiredRevision: 1,
            isSilent: false
        )
        let now = UnixTime(seconds: 200)
        #expect(stored.since(of: Self.standing("inSync", since: UnixTime(seconds: 150)), now: now).seconds == 100)
        #expect(stored.since(of: Self.standing("lost", since: UnixTime(seconds: 150)), now: now).seconds == 150)
        #expect(stored.since(of: Self.standing("lost"), now: now).seconds == 200)
        #expect(stored.since(of: Self.standing("lost", since: UnixTime(seconds: 50)), now: now).seconds == 200)
        #expect(stored.since(of: Self.standing("lost", since: UnixTime(seconds: 250)), now: now).seconds == 200)
    }

    @Test func `only clusters of which something has changed are looked at`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            for name in ["a", "b", "c"] { _ = try await store.addCluster(NewCluster(name: name, provider: "aws")) }
            func review() async throws -> [String] {
                let seen = SeenNames()
                _ = try await store.reviewStandings(Self.everything) { record in
                    seen.add(record.name)
                    return Self.standing("pending")
                }
                return seen.names
            }
            #expect(try await review() == [])
            _ = try await store.holdCluster(named: "b", reason: "why", by: "ann")
            #expect(try await review() == ["b"])
            #expect(try await review() == [])
            try await fixture.put(Document(id: DocumentID(kind: .team, name: "demo"), spec: [:]))
            #expect(try await review() == ["a", "b", "c"])
            #expect(try await review() == [])
            try await store.revokeCluster(named: "c")
            try await store.removeCluster(named: "a")
            #expect(try await review() == ["c"])
        }
    }

    @Test func `a change that is committed while somebody looks is seen by the next look`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            _ = try await store.addCluster(NewCluster(name: "one", provider: "aws"))
            _ = try await store.holdCluster(named: "one", reason: "first", by: "ann")
            let connection = try await PostgresConnection.connect(
                fixture.database.configuration,
                logger: fixture.logger
            )
            _ = try await connection.query("BEGIN")
            _ = try await connection.query("UPDATE clusters SET hold_reason = 'second' WHERE name = 'one'")
            let first = try await store.reviewStandings(Self.everything) { _ in Self.standing("held") }
            #expect(first.reviewed == 1)
            _ = try await connection.query("COMMIT")
            let second = try await store.reviewStandings(Self.everything) { record in
                Self.standing(record.directives.hold?.reason ?? "")
            }
            #expect(second.reviewed == 1)
            #expect(try await store.clustersByState() == ["second": 1])
        }
    }

    @Test func `clusters with the same cause are told together, with the first of them`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            for number in 0..<9 {
                _ = try await store.addCluster(NewCluster(name: "c\(number)", provider: "aws"))
                try await store.revokeCluster(named: "c\(number)")
            }
            _ = try await store.reviewStandings(Self.everything) { record in
                let isBad = record.name < "c7"
                return ClusterStanding(
                    state: isBad ? "degraded" : "inSync",
                    reason: "\(record.name) fails",
                    cause: isBad ? "it fails" : "",
                    since: nil,
                    isSilent: false,
                    summary: [:]
                )
            }
            let troubles = try await store.troubles()
            #expect(troubles.map(\.cause) == ["it fails"])
            #expect(troubles.first?.clusters == 7)
            #expect(troubles.first?.names == ["c0", "c1", "c2", "c3", "c4"])
            #expect(troubles.first?.reason == "c0 fails")
            #expect(try await store.troubles(names: ["c8"]).isEmpty)
            #expect(try await store.clustersByState(names: ["c1", "c8", "none"]) == ["degraded": 1, "inSync": 1])
        }
    }

    @Test func `no more than 200 generations of a cluster are kept`() async throws {
        try await HubStoreFixture.with { fixture in
            let cluster = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster
            for generation in Int64(1)...205 {
                try await fixture.store.publish(
                    Publication(
                        clusterID: cluster.id,
                        expectedGeneration: generation - 1,
                        expectedTimestampVersion: generation - 1,
                        revision: generation,
                        inputVersion: 1,
                        sealedLayers: [1],
                        generation: generation,
                        timestampVersion: generation,
                        timestampExpires: 1_800_000_000,
                        rootVersion: 1,
                        layers: [],
                        bundleLayers: [],
                        files: ["timestamp.json": [1]]
                    )
                )
            }
            let newest = try await fixture.store.generations(clusterID: cluster.id, limit: 100)
            #expect(newest.items.first?.generation == 205)
            #expect(newest.next == "106")
            let rest = try await fixture.store.generations(clusterID: cluster.id, before: 106, limit: 200)
            #expect(rest.items.last?.generation == 6)
            #expect(rest.items.count == 100)
        }
    }
}

/// Names in the order in which they were seen.
private final class SeenNames: Sendable {
    private let seen = Mutex<[String]>([])

    var names: [String] { seen.withLock { $0.sorted() } }

    func add(_ name: String) { seen.withLock { $0.append(name) } }
}
