package import Bundles

/// Which deletions wait for a person, and since when.
package struct HeldDeletions: Hashable, Sendable, LosslessStringConvertible {
    /// The annotation of the inventory's parent that keeps them over a restart.
    package static let annotation = "otomi.io/held-deletions"

    /// The digest of the sorted keys, see `PruneBrake.digest(of:)`.
    package let digest: Digest
    /// The generation at which exactly this set was first held.
    package let generation: Int64

    package init(digest: Digest, generation: Int64) {
        self.digest = digest
        self.generation = generation
    }

    /// Reads `generation digest`; `nil` for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let generation = Int64(parts[0]), let digest = Digest(String(parts[1])) else {
            return nil
        }
        self.init(digest: digest, generation: generation)
    }

    package var description: String { "\(generation) \(digest)" }

    /// Whether a person agreed to delete exactly this, having seen it.
    package func isConfirmed(by confirmation: Directives.Confirmation?) -> Bool {
        guard let confirmation else { return false }
        return confirmation.deletions == digest && confirmation.generation >= generation
    }
}
