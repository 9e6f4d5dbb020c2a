import Bundles
import Concurrency
import HubStore
import Postgres
import Testing

@Suite struct PublishingTests {
    private func layer(_ text: String) -> StoredLayer {
        let bytes = Array(text.utf8)
        return StoredLayer(digest: Digest(of: bytes), mediaType: "text/plain", bytes: bytes)
    }

    private func publication(
        of cluster: String,
        generation: Int64,
        layers: [StoredLayer],
        storing stored: [StoredLayer]? = nil,
        withheld: [WithheldLayer]? = nil
    ) -> Publication {
        Publication(
            clusterID: cluster,
            expectedGeneration: generation - 1,
            expectedTimestampVersion: generation - 1,
            revision: generation,
            inputVersion: 1,
            sealedLayers: [1],
            generation: generation,
            timestampVersion: generation,
            timestampExpires: 1_800_000_000,
            rootVersion: 1,
            layers: stored ?? layers,
            bundleLayers: layers.map(\.digest),
            withheld: withheld,
            files: ["\(generation).targets.json": [UInt8(generation)], "timestamp.json": [UInt8(generation)]]
        )
    }

    private func clusters(_ count: Int, _ store: HubStore) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            ids.append(try await store.addCluster(NewCluster(name: "c\(number)", provider: "aws")).cluster.id)
        }
        return ids
    }

    @Test func `many clusters are published in one transaction`() async throws {
        try await HubStoreFixture.with { fixture in
            let ids = try await clusters(3, fixture.store)
            let (shared, own) = (layer("shared"), ids.map { layer($0) })
            let stale = try await fixture.store.publish(
                zip(ids, own).map { publication(of: $0, generation: 1, layers: [shared, $1]) }
            )
            #expect(stale.isEmpty)
            for (id, own) in zip(ids, own) {
                #expect(try await fixture.store.metadata(clusterID: id, file: "1.targets.json") == [1])
                #expect(try await fixture.store.layer(shared.digest, clusterID: id) == shared)
                #expect(try await fixture.store.layer(own.digest, clusterID: id) == own)
                #expect(try await fixture.store.publicationState(clusterID: id).cluster.generation == 1)
            }
            #expect(try await fixture.store.layer(own[0].digest, clusterID: ids[1]) == nil)
            let files = [
                ids[0]: "1.targets.json", ids[1]: "timestamp.json", ids[2]: "2.targets.json", "none": "1.targets.json",
            ]
            #expect(try await fixture.store.metadata(files: files) == [ids[0]: [1], ids[1]: [1]])
            #expect(try await fixture.store.metadata(files: [:]) == [:])
        }
    }

    @Test func `one that has moved on stays as it is, and the others go out`() async throws {
        try await HubStoreFixture.with { fixture in
            let ids = try await clusters(3, fixture.store)
            let a = layer("a")
            try await fixture.store.publish(publication(of: ids[1], generation: 1, layers: [a]))
            let stale = try await fixture.store.publish(ids.map { publication(of: $0, generation: 1, layers: [a]) })
            #expect(stale == [ids[1]])
            for id in ids {
                #expect(try await fixture.store.publicationState(clusterID: id).cluster.generation == 1)
            }
        }
    }

    @Test func `one whose layer is gone does not keep the others from going out`() async throws {
        try await HubStoreFixture.with { fixture in
            let ids = try await clusters(3, fixture.store)
            let (a, gone) = (layer("a"), layer("gone"))
            let stale = try await fixture.store.publish([
                publication(of: ids[0], generation: 1, layers: [a]),
                publication(of: ids[1], generation: 1, layers: [gone], storing: []),
                publication(of: ids[2], generation: 1, layers: [a]),
            ])
            #expect(stale == [ids[1]])
            let generations = try await fixture.store.publicationStates(stale: false).map(\.cluster.generation)
            #expect(generations == [1, 0, 1])
        }
    }

    @Test func `a layer can be fetched for two generations after the last that names it`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let id = try await clusters(1, store)[0]
            let (kept, first, again) = (layer("kept"), layer("first"), layer("again"))
            func isThere(_ layer: StoredLayer) async throws -> Bool {
                try await store.layer(layer.digest, clusterID: id) != nil
            }
            try await store.publish(publication(of: id, generation: 1, layers: [kept, first, again]))
            try await store.publish(publication(of: id, generation: 2, layers: [kept]))
            #expect(try await isThere(first))
            try await store.publish(publication(of: id, generation: 3, layers: [kept, again], storing: []))
            #expect(try await isThere(first))
            try await store.publish(publication(of: id, generation: 4, layers: [kept, again], storing: []))
            #expect(try await !isThere(first))
            #expect(try await isThere(kept))
            #expect(try await isThere(again))
            try await store.publish(publication(of: id, generation: 5, layers: []))
            try await store.publish(publication(of: id, generation: 6, layers: []))
            #expect(try await isThere(again))
            try await store.publish(publication(of: id, generation: 7, layers: []))
            #expect(try await !isThere(again))
        }
    }

    @Test func `what waits for a signature is replaced, or left as it is`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let id = try await clusters(1, store)[0]
            let (a, b) = (layer("a"), layer("b"))
            let waiting = WithheldLayer(team: "demo", digest: b.digest, length: b.bytes.count, objects: 1)
            try await store.publish(
                publication(of: id, generation: 1, layers: [a], storing: [a, b], withheld: [waiting])
            )
            #expect(try await store.withheldLayers(of: "demo").map(\.layer) == [waiting])
            try await store.publish(publication(of: id, generation: 2, layers: [a]))
            #expect(try await store.withheldLayers(of: "demo").map(\.layer) == [waiting])
            try await store.publish(publication(of: id, generation: 3, layers: [a], withheld: []))
            #expect(try await store.withheldLayers(of: "demo").isEmpty)
        }
    }
}
