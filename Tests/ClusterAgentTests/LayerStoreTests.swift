import AgentTestSupport
import AgentWorldSupport
import Bundles
import JSON
import Testing

@testable import ClusterAgent

/// What becomes of the content of layers between two passes.
@Suite struct LayerStoreTests {
    private let layers = [
        ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")]),
        ScriptedHub.Layer(name: "tenancy/b", objects: [.namespace("team-b")]),
    ]

    @Test("when it is quiet no content is held in memory, and what is needed again is read again") func quiet()
        async throws
    {
        try await AgentWorld.with { world in
            let bundle = try await world.hub.publish(layers)
            let layer = try #require(bundle.layers.first)
            try await world.bench { bench in
                _ = try await bench.layers.content(of: layer)
                // Without the copy on the disk the hub sees what is read again.
                TemporaryDirectory.remove("\(world.stateDirectory)/layers/\(layer.digest.hex)")
                let passes = PassLoop(
                    reconciler: bench.reconciler,
                    environment: bench.environment,
                    logger: bench.logger
                )
                async let ended: Void = passes.run()
                let store = bench.layers
                let isReadAgain =
                    (try? await world.wait { world in
                        _ = try await store.content(of: layer)
                        return await world.hub.fetchedLayers.count == 2
                    }) != nil
                // The loop ends by this alone.
                await bench.reconciler.stop()
                await ended
                #expect(isReadAgain)
            }
        }
    }

    @Test("of a layer that left the bundle nothing is held in memory") func retained() async throws {
        try await AgentWorld.with { world in
            let bundle = try await world.hub.publish(layers)
            let (gone, kept) = (try #require(bundle.layers.first), try #require(bundle.layers.last))
            try await world.bench { bench in
                for layer in [gone, kept] { _ = try await bench.layers.content(of: layer) }
                await bench.layers.retain([kept.digest])
                for layer in [kept, gone] { _ = try await bench.layers.content(of: layer) }
                #expect(await world.hub.fetchedLayers == [gone.digest, kept.digest, gone.digest])
            }
        }
    }
}
