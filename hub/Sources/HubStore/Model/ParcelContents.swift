package import Bundles

/// What an agent says of itself when it asks for a parcel.
package struct ParcelQuestion: Hashable, Sendable {
    package let agent: AgentKey
    /// The version of the timestamp that it has; 0 for none.
    package let after: Int64
    /// The generation of the bundle whose layers it has; 0 for none.
    package let generation: Int64

    package init(_ agent: AgentKey, after: Int64, generation: Int64) {
        self.agent = agent
        self.after = after
        self.generation = generation
    }
}

/// What could be carried along with the timestamp of an agent's cluster, all as it was at one moment.
package struct ParcelContents: Hashable, Sendable {
    /// A layer of the newest generation that the agent's had not.
    package struct Layer: Hashable, Sendable {
        package let digest: Digest
        /// In bytes.
        package let length: Int
    }

    /// The timestamp, and whether the agent may have it.
    package let held: HeldTimestamp
    /// The newest generation; 0 before the first.
    package let generation: Int64
    /// The other metadata files of the newest generation, and the snapshot of the agent's while it is kept, by name; none when
    /// the agent has the timestamp or the generation.
    package let files: [String: [UInt8]]
    /// The shortest first.
    package let layers: [Layer]
}
