import AgentProtocol
import Concurrency
import HubStore

/// What agents ask of the database all the time, many of them in one statement.
///
/// When a hub comes back, or its database does, every agent of the fleet asks at the same moment: alone each question would
/// wait for a connection of its own, and most of them in vain.
final class AgentReads: Sendable {
    private let known: BatchedReads<String, KnownAgent>
    private let held: BatchedReads<AgentKey, HeldTimestamp>

    init(_ store: HubStore) {
        known = BatchedReads { try await store.knownAgents(keyIDs: $0) }
        held = BatchedReads {
            try await store.heldTimestamps(of: $0, file: MetadataFileName.timestamp.description)
        }
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
}
