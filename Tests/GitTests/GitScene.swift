import Concurrency
import PostgresTestSupport
import Testing

@testable import Git

/// A repository of a test's own.
struct GitScene: Sendable {
    let folder: TemporaryDirectory
    let repository: GitRepository

    static let ann = GitSignature(name: "ann", email: "ann@example.com", time: UnixTime(seconds: 1_700_000_000))

    static func with(_ body: (GitScene) async throws -> Void) async throws {
        let folder = try TemporaryDirectory(prefix: "otomi-git")
        defer { folder.remove() }
        let repository = GitRepository(at: "\(folder.path)/own.git")
        try await repository.prepare()
        try await body(GitScene(folder: folder, repository: repository))
    }

    /// A commit of these texts on top of `parent`; `nil` removes a file.
    func commit(
        _ texts: [String: String?],
        on parent: GitObjectID? = nil,
        _ message: String = "a change",
        in repository: GitRepository? = nil
    ) async throws -> GitObjectID {
        let repository = repository ?? self.repository
        var base: GitObjectID?
        if let parent { base = try await repository.commit(parent).tree }
        let tree = try await repository.writeTree(texts.mapValues { $0.map { Array($0.utf8) } }, onto: base)
        return try await repository.commit(
            GitCommitDraft(
                tree: tree,
                parents: parent.map { [$0] } ?? [],
                author: Self.ann,
                committer: Self.ann,
                message: message
            )
        )
    }

    /// The files of a commit, as texts.
    func texts(_ commit: GitObjectID, in repository: GitRepository? = nil) async throws -> [String: String] {
        let repository = repository ?? self.repository
        return try await repository.files(of: repository.commit(commit).tree)
            .mapValues { String(decoding: $0, as: UTF8.self) }
    }

    /// An empty bare repository, and the way to it.
    func makeRemote(
        _ name: String = "remote.git",
        limits: GitRemote.Limits = GitRemote.Limits()
    ) async throws
        -> (repository: GitRepository, remote: GitRemote)
    {
        let path = "\(folder.path)/\(name)"
        let repository = GitRepository(at: path)
        try await repository.prepare()
        let remote = GitRemote(
            try GitRemoteAddress("file://\(path)"),
            branch: "main",
            folder: "\(folder.path)/calls",
            limits: limits
        )
        return (repository, remote)
    }
}

/// The code of the error that `body` throws; `nil` when it throws none.
func code(isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void) async -> GitError.Code? {
    do { try await body() } catch { return (error as? GitError)?.code }
    return nil
}
