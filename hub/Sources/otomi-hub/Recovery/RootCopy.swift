import Bundles
import HubPublisher
import HubStore
import Logging

/// The copy of the fleet's root of trust in the data directory, which a restored database may be behind of.
struct RootCopy {
    private static let file = "root.json"

    let directory: DataDirectory
    let store: HubStore
    let logger: Logger

    /// Brings back the root that the database lost; one that does not follow from the newest is kept beside, never
    /// overwritten.
    ///
    /// - Throws: `StoreError`, `DataDirectory.Unusable`.
    func restore() async throws {
        guard let text = try directory.text(of: Self.file) else { return }
        let bytes = Array(text.utf8)
        let newest = try await store.newestRootVersion()
        guard newest > 0, let version = try? LostRoots.version(of: bytes), version > newest else { return }
        do {
            try await LostRoots(store: store).add(bytes)
            logger.critical(
                "the database had lost a root of trust, which was brought back from the data directory",
                metadata: ["root": "\(version)"]
            )
        } catch let error as BundleError {
            let name = "root-\(version).json"
            try directory.write(bytes, to: name, mode: 0o644)
            logger.critical(
                "the data directory has a newer root of trust than the database, and it does not follow from it",
                metadata: ["root": "\(version)", "newest": "\(newest)", "kept": "\(name)", "error": "\(error)"]
            )
        }
    }
}
