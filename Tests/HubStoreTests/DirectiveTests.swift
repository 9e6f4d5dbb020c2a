import Bundles
import HubStore
import JSON
import Testing

@Suite struct DirectiveTests {
    private static let digest = Digest(of: [1])

    private func withCluster(_ body: (HubStore, ClusterRecord) async throws -> Void) async throws {
        try await HubStoreFixture.with { fixture in
            let cluster = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws")).cluster
            try await body(fixture.store, cluster)
        }
    }

    private func report(_ store: HubStore, _ cluster: ClusterRecord, _ pending: JSONValue?) async throws {
        var body: JSONValue = ["state": "held"]
        body["pendingDeletions"] = pending
        let sequence = (try await store.cluster(id: cluster.id).report?.sequence ?? 0) + 1
        let report = AgentReport(
            bootID: "b",
            sequence: sequence,
            generation: 4,
            revision: 1,
            state: "held",
            body: body
        )
        #expect(try await store.record(report, clusterID: cluster.id) == .taken(body))
    }

    @Test func `a change of directives raises the input version, and the same again does not`() async throws {
        try await withCluster { store, cluster in
            #expect(cluster.directives.signed == .none)
            func version() async throws -> Int64 {
                try await store.publicationState(clusterID: cluster.id).inputVersion
            }
            let first = try await version()
            let held = try await store.holdCluster(named: "one", reason: "why", by: "alice")
            #expect(held.directives.hold?.author == "alice")
            #expect(held.directives.signed.hold == "why")
            #expect(try await version() == first + 1)
            _ = try await store.holdCluster(named: "one", reason: "why", by: "bob")
            #expect(try await version() == first + 1)
            #expect(try await store.setDriftMode(.off, ofCluster: "one").directives.drift == .off)
            #expect(try await version() == first + 2)
            #expect(try await store.resumeCluster(named: "one").directives.hold == nil)
            _ = try await store.resumeCluster(named: "one")
            #expect(try await version() == first + 3)
        }
    }

    @Test func `only the deletions that wait can be confirmed`() async throws {
        try await withCluster { store, cluster in
            func confirm(_ generation: Int64, _ digest: Digest) async throws -> ClusterRecord {
                try await store.confirmDeletions(
                    Directives.Confirmation(generation: generation, deletions: digest),
                    ofCluster: "one",
                    by: "alice"
                )
            }
            func refusal(_ generation: Int64, _ digest: Digest) async -> StoreError.Code? {
                let error = await #expect(throws: StoreError.self) { _ = try await confirm(generation, digest) }
                return error?.code
            }
            #expect(await refusal(4, Self.digest) == .outdated)
            try await report(store, cluster, ["generation": 4, "digest": Self.digest.json])
            #expect(await refusal(3, Self.digest) == .outdated)
            #expect(await refusal(4, Digest(of: [2])) == .outdated)
            let confirmed = try await confirm(4, Self.digest)
            #expect(confirmed.directives.confirmation?.author == "alice")
            #expect(confirmed.directives.confirmation?.deletions == Self.digest)
            let version = try await store.publicationState(clusterID: cluster.id).inputVersion
            #expect(try await confirm(4, Self.digest) == confirmed)
            #expect(try await store.publicationState(clusterID: cluster.id).inputVersion == version)
        }
    }

    @Test func `a confirmation is taken back when other deletions wait at a later generation`() async throws {
        try await withCluster { store, cluster in
            try await report(store, cluster, ["generation": 4, "digest": Self.digest.json])
            let shown = Directives.Confirmation(generation: 4, deletions: Self.digest)
            _ = try await store.confirmDeletions(shown, ofCluster: "one", by: "alice")
            #expect(try await store.forgetConfirmations() == 0)
            try await report(store, cluster, ["generation": 5, "digest": Digest(of: [2]).json])
            #expect(try await store.forgetConfirmations() == 1)
            #expect(try await store.cluster(id: cluster.id).directives.confirmation == nil)
            #expect(try await store.forgetConfirmations() == 0)
        }
    }

    @Test func `a cluster that is not there has no directives`() async throws {
        try await withCluster { store, _ in
            let error = await #expect(throws: StoreError.self) {
                _ = try await store.holdCluster(named: "none", reason: "why", by: "alice")
            }
            #expect(error?.code == .notFound)
        }
    }
}
