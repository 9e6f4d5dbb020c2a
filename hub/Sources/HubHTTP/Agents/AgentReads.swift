import AgentProtocol
import Bundles
import Concurrency
import HubStore

/// What agents ask of the database all the time, many of them in one statement.
///
/// When a hub comes back, or its database does, every agent of the fleet asks at the same moment: alone each question would
/// wait for a connection of its own, and most of them in vain.
final class AgentReads: Sendable {
    /// How many parcels are read at once: the metadata of a cluster has some dozens of kilobytes.
    private static let parcelsAtOnce = 64
    /// For how many parcels layers are read at once: of each no more than fit into it.
    private static let layersAtOnce = 16

    private let known: BatchedReads<String, KnownAgent>
    private let held: BatchedReads<AgentKey, HeldTimestamp>
    private let parcels: BatchedReads<ParcelQuestion, ParcelContents>
    private let layers: BatchedReads<Set<Digest>, [Digest: [UInt8]]>
    private let shelf: LayerShelf

    init(_ store: HubStore) {
        let shelf = LayerShelf()
        known = BatchedReads { try await store.knownAgents(keyIDs: $0) }
        held = BatchedReads {
            try await store.heldTimestamps(of: $0, file: MetadataFileName.timestamp.description)
        }
        parcels = BatchedReads(limit: Self.parcelsAtOnce) { try await store.parcelContents(for: $0) }
        layers = BatchedReads(limit: Self.layersAtOnce) { wanted in
            let stored = try await store.layers(Set(wanted.joined()))
            for layer in stored { shelf.put(layer) }
            let bytes = Dictionary(stored.map { ($0.digest, $0.bytes) }) { first, _ in first }
            return Dictionary(
                uniqueKeysWithValues: wanted.map { digests in (digests, bytes.filter { digests.contains($0.key) }) }
            )
        }
        self.shelf = shelf
    }

    /// The agent that signs with that key; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    func knownAgent(keyID: String) async throws -> KnownAgent? { try await known.value(for: keyID) }

    /// The timestamp of an agent's cluster as it is now.
    ///
    /// - Throws: `StoreError`.
    func heldTimestamp(of agent: AgentIdentity) async throws -> HeldTimestamp? {
        try await held.value(for: AgentKey(agent))
    }

    /// The same with what could be carried along with it.
    ///
    /// - Throws: `StoreError`.
    func parcelContents(for question: ParcelQuestion) async throws -> ParcelContents? {
        try await parcels.value(for: question)
    }

    /// The bytes of layers, whosever they are; what is not stored any more is left out.
    ///
    /// - Throws: `StoreError`.
    func layers(_ digests: Set<Digest>) async throws -> [Digest: [UInt8]] {
        let near = shelf.layers(digests)
        let rest = digests.subtracting(near.keys)
        guard !rest.isEmpty, let read = try await layers.value(for: rest) else { return near }
        return near.merging(read) { near, _ in near }
    }
}
