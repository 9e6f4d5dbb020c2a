import Foundation

/// Makes a folder with files for the time of a closure, and removes it.
func withTemporaryFolder<Result>(
    _ files: [String: String],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("otomi-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for (path, text) in files {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
    return try await body(root.path)
}
