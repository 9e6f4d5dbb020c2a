import AgentProtocol
import Bundles
import JSON
import Testing

@testable import SimulatedFleet

/// The cluster behind a simulated agent.
struct SimulatedAPIServerTests {
    private let catalogue = LayerCatalogue()

    private func layer(_ name: String, _ values: [String: String]) throws -> [SimulatedObject] {
        let file = try LayerFile(
            values.sorted { $0.key < $1.key }.map { name, value in
                [
                    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "demo"],
                    "data": ["value": .string(value)],
                ]
            }
        )
        return try catalogue.objects(of: LayerReference(name: name, wave: 0, file: file), plain: file.bytes)
    }

    @Test
    func `It writes what is new or different, and removes what is declared no more`() throws {
        var server = SimulatedAPIServer()
        server.apply([try layer("team/a", ["one": "1", "two": "2"]), try layer("team/b", ["three": "3"])])
        #expect(server.written == 3)
        let next = [try layer("team/a", ["one": "1", "two": "22"])]
        #expect(!server.holds(next))
        server.apply(next)
        #expect(server.written == 4)
        #expect(server.pruned == 1)
        #expect(server.holds(next))
    }

    @Test
    func `Clusters that were given equal layers share their objects`() throws {
        let first = try layer("team/a", ["one": "1"])
        let second = try layer("team/a", ["one": "1"])
        #expect(first[0] === second[0])
    }

    @Test
    func `What a bucket hashes to says whether an object is healthy`() throws {
        var server = SimulatedAPIServer()
        server.apply([try layer("team/a", ["one": "1", "two": "2"])])
        let object = try #require(server.object(titled: "ConfigMap/two"))
        let well = server.hashes(unhealthy: nil)
        let ill = server.hashes(unhealthy: object)
        #expect(
            well.differing(from: Dictionary(uniqueKeysWithValues: ill.hashes.enumerated().map { ($0, $1) })) == [
                object.bucket
            ]
        )
        let buckets = server.buckets([object.bucket], unhealthy: object)
        #expect(buckets.map(\.hash) == [ill.hashes[object.bucket]])
        #expect(buckets[0].objects.contains { $0.name == "two" && $0.health == .failed })
    }

    @Test
    func `A layer with another number of objects than was signed is refused`() throws {
        let file = try LayerFile([["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"]]])
        let signed = LayerReference(
            name: "team/a",
            wave: 0,
            mediaType: .plain,
            digest: file.digest,
            length: file.bytes.count,
            objectCount: 2
        )
        #expect(throws: BundleError.self) { try catalogue.objects(of: signed, plain: file.bytes) }
    }
}
