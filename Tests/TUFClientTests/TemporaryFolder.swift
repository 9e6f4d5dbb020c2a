import Foundation

/// A folder of one test.
enum TemporaryFolder {
    /// Runs `body` with a new folder, which is gone afterwards.
    static func with(_ body: @Sendable (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "otomi-tuf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }
}
