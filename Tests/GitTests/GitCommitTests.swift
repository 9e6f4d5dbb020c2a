import Concurrency
import PostgresTestSupport
import Testing

@testable import Git

@Suite("Commits of a repository") struct GitCommitTests {
    @Test("keep author, committer, time, message and parents, and are the same for the same draft everywhere")
    func determinism() async throws {
        try await GitScene.with { scene in
            let other = GitRepository(at: "\(scene.folder.path)/other.git")
            let first = try await scene.commit(["a": "1"], "first\n\nOtomi-Revision: 1\n")
            let second = try await scene.commit(["a": "2"], on: first)
            #expect(try await scene.commit(["a": "1"], "first\n\nOtomi-Revision: 1\n", in: other) == first)
            #expect(try await scene.commit(["a": "2"], on: first, in: other) == second)
            let commit = try await scene.repository.commit(second)
            #expect(commit.parents == [first])
            #expect(commit.author == GitScene.ann && commit.committer == GitScene.ann)
            #expect(try await scene.repository.commit(first).message == "first\n\nOtomi-Revision: 1\n")
            #expect(try await scene.repository.commit(first).subject == "first")
            #expect(try await scene.texts(second) == ["a": "2"])
        }
    }

    @Test("have authors without what Git has no place for")
    func signatures() {
        let odd = GitSignature(name: " <b>\n, ", email: "a@b>", time: UnixTime(milliseconds: 1_999))
        #expect(odd.name == "b" && odd.email == "a@b" && odd.time == UnixTime(seconds: 1))
        #expect(GitSignature(name: "<>", email: "", time: odd.time).name == "unknown")
    }

    @Test("are walked along first parents, within a bound")
    func walking() async throws {
        try await GitScene.with { scene in
            let repository = scene.repository
            let first = try await scene.commit(["a": "1"])
            let second = try await scene.commit(["a": "2"], on: first)
            let side = try await scene.commit(["b": "1"], on: first)
            let tree = try await repository.commit(second).tree
            let merge = try await repository.commit(
                GitCommitDraft(
                    tree: tree,
                    parents: [second, side],
                    author: GitScene.ann,
                    committer: GitScene.ann,
                    message: "merge"
                )
            )
            let all = try await repository.firstParents(from: merge, to: nil, limit: 10)
            #expect(all.commits.map(\.id) == [merge, second, first] && all.isComplete)
            let since = try await repository.firstParents(from: merge, to: first, limit: 2)
            #expect(since.commits.map(\.id) == [merge, second] && since.isComplete)
            let cut = try await repository.firstParents(from: merge, to: nil, limit: 2)
            #expect(cut.commits.count == 2 && !cut.isComplete)
            let foreign = try await repository.firstParents(from: merge, to: side, limit: 10)
            #expect(!foreign.isComplete)
            #expect(try await repository.contains(side, in: merge))
            #expect(try await !repository.contains(merge, in: side))
        }
    }

    @Test("move a reference only from where it was expected")
    func references() async throws {
        try await GitScene.with { scene in
            let repository = scene.repository
            let first = try await scene.commit(["a": "1"])
            let second = try await scene.commit(["a": "2"], on: first)
            #expect(try await repository.reference("refs/heads/main") == nil)
            try await repository.setReference("refs/heads/main", to: first, from: nil)
            #expect(
                await code { try await repository.setReference("refs/heads/main", to: second, from: nil) } == .modified
            )
            #expect(
                await code { try await repository.setReference("refs/heads/main", to: second, from: second) }
                    == .modified
            )
            try await repository.setReference("refs/heads/main", to: second, from: first)
            #expect(try await repository.reference("refs/heads/main") == second)
        }
    }

    @Test("that are not there are an error that says so")
    func missing() async throws {
        try await GitScene.with { scene in
            let nowhere = try #require(GitObjectID(String(repeating: "a", count: 40)))
            #expect(await code { _ = try await scene.repository.commit(nowhere) } == .notFound)
            #expect(try await !scene.repository.hasCommit(nowhere))
            #expect(GitObjectID("abc") == nil && GitObjectID(String(repeating: "g", count: 40)) == nil)
        }
    }
}
