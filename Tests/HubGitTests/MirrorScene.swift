import Concurrency
import Git
import HubGit
import HubHTTP
import HubStore
import HubTestSupport
import JSON
import Logging
import PostgresTestSupport
import Testing
import Values
import YAML

/// A hub whose values are mirrored to a bare repository in a folder, and the people who push to that.
struct MirrorScene: Sendable {
    let hub: HubTest
    let caller: HubCaller
    let folder: TemporaryDirectory
    let remote: GitRepository
    let service: GitMirrorService

    static let branch = "refs/heads/main"
    static let mallory = GitSignature(
        name: "Ann Author",
        email: "ann@example.com",
        time: UnixTime(seconds: 1_795_348_900)
    )

    var store: HubStore { hub.store }

    static func with(
        direction: GitMirrorSettings.Direction = .both,
        _ body: @Sendable (MirrorScene) async throws -> Void
    ) async throws {
        try await HubTest.with { hub, caller in
            let folder = try TemporaryDirectory(prefix: "otomi-mirror")
            defer { folder.remove() }
            let remote = GitRepository(at: "\(folder.path)/remote.git")
            try await remote.prepare()
            let scene = MirrorScene(
                hub: hub,
                caller: caller,
                folder: folder,
                remote: remote,
                service: service(hub, "\(folder.path)/own", runner: "first")
            )
            try await scene.setUp(direction)
            try await body(scene)
        }
    }

    private static func service(
        _ hub: HubTest,
        _ folder: String,
        runner: String,
        allowsFolders: Bool = true
    ) -> GitMirrorService {
        var options = GitMirrorService.Options()
        options.allowsFolders = allowsFolders
        let commits = PushedCommits(store: hub.store)
        return GitMirrorService(
            store: hub.store,
            events: hub.events,
            folder: folder,
            runner: runner,
            options: options,
            logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: { hub.now },
            commitPush: { try await commits.commit($0) }
        )
    }

    /// One more replica, with a repository of its own.
    func replica(_ name: String, allowsFolders: Bool = true) -> GitMirrorService {
        Self.service(hub, "\(folder.path)/\(name)", runner: name, allowsFolders: allowsFolders)
    }

    func setUp(_ direction: GitMirrorSettings.Direction = .both, url: String? = nil) async throws {
        _ = try await store.setGitMirror(
            GitMirrorSettings(url: url ?? "file://\(remote.path)", direction: direction),
            secret: nil,
            by: "admin"
        )
    }

    var mirror: GitMirror {
        get async throws { try #require(try await store.gitMirror()) }
    }

    // MARK: - The branch

    var tip: GitObjectID? {
        get async throws { try await remote.reference(Self.branch) }
    }

    /// The commits of the branch, the oldest first.
    func commits() async throws -> [GitCommit] {
        guard let tip = try await tip else { return [] }
        return try await remote.firstParents(from: tip, to: nil, limit: 1_000).commits.reversed()
    }

    /// The branch's files, as texts.
    func files() async throws -> [String: String] {
        guard let tip = try await tip else { return [:] }
        return try await remote.files(of: remote.commit(tip).tree).mapValues { String(decoding: $0, as: UTF8.self) }
    }

    /// The documents on the branch.
    func documents() async throws -> [Document] {
        try await files().filter { ValuesTree.isOurs($0.key) && $0.key != ValuesTree.clustersFile }
            .map { try ValuesTree.document(at: $0.key, holding: YAML.documents(in: $0.value)) }
            .sorted { $0.id < $1.id }
    }

    /// The documents of the hub.
    func values() async throws -> [Document] {
        try await store.allDocuments().map(\.document).sorted { $0.id < $1.id }
    }

    // MARK: - Journeys

    /// Has revisions pushed, and a push of somebody's taken in, by whichever way leads to the repository.
    func goThereAndBack() async throws {
        try await hub.commit(put: [.team("demo"), hello(80)])
        try await sync()
        #expect(try await commits().count == 1)
        try await push(put: [hello(81)])
        try await sync()
        #expect(try await store.latestRevision() == 2)
        #expect(try await values().contains(hello(81)))
        // Large enough that git sends it in chunks, and compressed.
        try await hub.commit(put: (0..<600).map { hello(8_000 + $0, name: "service-\($0)") })
        try await sync()
        #expect(try await commits().count == 3)
    }

    // MARK: - People

    /// Pushes files; `nil` removes one.
    @discardableResult
    func push(
        _ files: [String: String?],
        _ message: String = "change by hand",
        author: GitSignature = mallory
    ) async throws -> GitObjectID {
        let parent = try await tip
        var base: GitObjectID?
        if let parent { base = try await remote.commit(parent).tree }
        let tree = try await remote.writeTree(files.mapValues { $0.map { Array($0.utf8) } }, onto: base)
        let commit = try await remote.commit(
            GitCommitDraft(
                tree: tree,
                parents: parent.map { [$0] } ?? [],
                author: author,
                committer: author,
                message: message
            )
        )
        try await remote.setReference(Self.branch, to: commit, from: parent)
        return commit
    }

    /// Pushes documents as they should be, and removes others.
    @discardableResult
    func push(
        put: [Document] = [],
        delete: [DocumentID] = [],
        _ message: String = "change by hand",
        author: GitSignature = mallory
    ) async throws -> GitObjectID {
        var files: [String: String?] = [:]
        for document in put {
            files[ValuesTree.path(of: document.id)] = YAML.text(of: ValuesTree.content(of: document))
        }
        for id in delete { files[ValuesTree.path(of: id)] = .some(nil) }
        return try await push(files, message, author: author)
    }

    /// A pass that must come to an end.
    func sync(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let round = await service.pass()
        guard case .done = round else {
            let reason = try await mirror.reason
            Issue.record("\(round): \(reason)", sourceLocation: sourceLocation)
            return
        }
        #expect(try await mirror.state == .current, sourceLocation: sourceLocation)
        #expect(try await documents() == values(), sourceLocation: sourceLocation)
        #expect(try await mirror.revision == store.latestRevision(), sourceLocation: sourceLocation)
    }
}

/// A service that can be told apart by its port.
func hello(_ port: Int64, name: String = "hello") -> Document {
    .service(name, team: "demo", port: .integer(port))
}
