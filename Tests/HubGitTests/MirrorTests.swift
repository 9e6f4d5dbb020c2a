import Concurrency
import Git
import HubGit
import HubStore
import HubTestSupport
import JSON
import PostgresTestSupport
import Testing
import Values
import YAML

@Suite("The mirror") struct MirrorTests {
    @Test("makes each revision exactly one commit, with author, time, message and number, one file for each document")
    func oneCommitEach() async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo")])
            scene.hub.advance(by: .seconds(60))
            _ = try await scene.store.commit(
                Commit(message: "Say hello\n\nIt was time.", author: "ann", put: [hello(80)])
            )
            scene.hub.advance(by: .seconds(60))
            try await scene.hub.commit(put: [hello(81)])
            try await scene.hub.commit(delete: [hello(0).id])
            try await scene.sync()
            let commits = try await scene.commits()
            #expect(
                commits.map(\.message) == [
                    "test\n\nOtomi-Revision: 1\n", "Say hello\n\nIt was time.\n\nOtomi-Revision: 2\n",
                    "test\n\nOtomi-Revision: 3\n", "test\n\nOtomi-Revision: 4\n",
                ]
            )
            let second = try await scene.store.revision(2)
            #expect(
                commits[1].author == GitSignature(name: "ann", email: "ann@otomi.invalid", time: second.committedAt)
            )
            #expect(commits[1].committer.name == "Otomi" && commits[1].committer.time == second.committedAt)
            let added = try await scene.remote.changes(from: commits[0].tree, to: commits[1].tree)
            #expect(added.map(\.path) == ["platform/teams/demo/services/hello.yaml"])
            let changed = try await scene.remote.changes(from: commits[1].tree, to: commits[2].tree)
            #expect(changed.map(\.path) == ["platform/teams/demo/services/hello.yaml"])
            let removed = try await scene.remote.changes(from: commits[2].tree, to: commits[3].tree)
            #expect(removed.map(\.content) == [nil])
            // Nothing new, nothing done.
            let tip = try await scene.tip
            try await scene.sync()
            #expect(try await scene.tip == tip)
        }
    }

    @Test("is the same commits from any replica, and from the beginning again")
    func determinism() async throws {
        try await MirrorScene.with { scene in
            for port in 80..<90 { try await scene.hub.commit(put: [.team("demo"), hello(Int64(port))]) }
            try await scene.sync()
            let first = try await scene.commits().map(\.id)
            #expect(first.count == 10)
            let other = GitRepository(at: "\(scene.folder.path)/other.git")
            try await other.prepare()
            try await scene.setUp(url: "file://\(other.path)")
            #expect(await scene.replica("second").pass() == .done(10))
            #expect(try await other.reference(MirrorScene.branch) == first.last)
        }
    }

    @Test("holds the fleet's registry, and never a secret")
    func secretsAndClusters() async throws {
        try await MirrorScene.with { scene in
            try await scene.caller.addCluster("paris", labels: ["env": "prod"])
            try await scene.hub.commit(put: [.pullSecret(password: "hunter2")])
            try await scene.sync()
            let files = try await scene.files()
            #expect(!files.values.contains { $0.contains("hunter2") })
            let pull = try #require(files["platform/settings/otomi.yaml"])
            #expect(pull.contains("$secret"))
            #expect(
                files["clusters.yaml"] == """
                    clusters:
                      - labels:
                          env: prod
                        name: paris
                        provider: aws
                        region: eu-1

                    """
            )
        }
    }

    @Test("catches up after it was away, in several pushes, and works on one replica at a time")
    func catchingUp() async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.sync()
            for port in 1...Int64(250) { try await scene.hub.commit(put: [hello(port)]) }
            // The first replica still has the lease.
            #expect(await scene.replica("second").pass() == .done(0))
            scene.hub.advance(by: .seconds(600))
            #expect(await scene.replica("second").pass() == .done(250))
            #expect(try await scene.commits().count == 251)
            #expect(try await scene.documents() == scene.values())
        }
    }

    @Test("goes on when it was killed between the push and its note")
    func killedAfterPush() async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.sync()
            let before = try await scene.mirror
            try await scene.hub.commit(put: [hello(80)])
            try await scene.hub.commit(put: [hello(81)])
            try await scene.sync()
            let tip = try await scene.tip
            // As if the note had never been written; and the registry has changed since.
            try await scene.forget(before)
            try await scene.caller.addCluster("rome")
            #expect(await scene.service.pass() == .done(0))
            #expect(try await scene.tip == tip)
            #expect(try await scene.mirror.revision == 3)
            #expect(try await scene.store.latestRevision() == 3)
            #expect(try await scene.store.gitPushes().isEmpty)
        }
    }

    @Test("begins on top of a repository that holds other things, and leaves them alone")
    func foreignFiles() async throws {
        try await MirrorScene.with { scene in
            try await scene.push(["README.md": "ours", ".gitlab-ci.yml": "x: 1"], "begin")
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.sync()
            try await scene.push(["README.md": "still ours"], "tell more")
            try await scene.hub.commit(put: [hello(80)])
            try await scene.sync()
            let files = try await scene.files()
            #expect(files["README.md"] == "still ours" && files[".gitlab-ci.yml"] == "x: 1")
            #expect(try await scene.commits().count == 4)
            #expect(try await scene.store.gitPushes().isEmpty, "a file that is no document is nobody's business")
        }
    }

    @Test("stands still before values that no revision accounts for")
    func foreignValues() async throws {
        try await MirrorScene.with { scene in
            try await scene.push(put: [.team("stranger")])
            try await scene.hub.commit(put: [.team("demo")])
            let tip = try await scene.tip
            #expect(await scene.service.pass() == .halted)
            #expect(try await scene.mirror.state == .halted)
            #expect(try await scene.mirror.reason.contains("no revision of this hub accounts for"))
            #expect(try await scene.tip == tip)
        }
    }

    @Test("finds its place again when it is set up anew, and when the branch was rewritten")
    func findingItsPlace() async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.hub.commit(put: [hello(80)])
            try await scene.sync()
            let commits = try await scene.commits()
            try await scene.store.removeGitMirror()
            try await scene.setUp()
            #expect(await scene.service.pass() == .done(0))
            #expect(try await scene.mirror.revision == 2)
            // Somebody puts the branch back by one commit: what is missing is made again, and is the same.
            try await scene.remote.setReference(MirrorScene.branch, to: commits[0].id, from: commits[1].id)
            try await scene.hub.commit(put: [hello(81)])
            #expect(await scene.service.pass() == .done(2))
            #expect(try await scene.commits().prefix(2).map(\.id) == commits.map(\.id))
            #expect(try await scene.documents() == scene.values())
        }
    }

    @Test("stands still when the branch has revisions that the hub does not have")
    func databaseFromBackup() async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.sync()
            try await scene.push(put: [.team("later")], "from the future\n\nOtomi-Revision: 9\n")
            try await scene.store.removeGitMirror()
            try await scene.setUp()
            #expect(await scene.service.pass() == .halted)
            #expect(try await scene.mirror.reason.contains("the branch has revision 9, and the newest of the hub is 1"))
            #expect(try await scene.store.latestRevision() == 1)
        }
    }

    @Test("that only mirrors takes nothing in, and stands still until the push is taken back")
    func oneWay() async throws {
        try await MirrorScene.with(direction: .mirror) { scene in
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.sync()
            try await scene.push(put: [.team("other")])
            try await scene.hub.commit(put: [hello(80)])
            #expect(await scene.service.pass() == .halted)
            #expect(try await scene.mirror.reason.contains("only mirrored"))
            #expect(try await scene.values().count == 2)
            try await scene.push(delete: [Document.team("other").id], "take it back")
            try await scene.sync()
        }
    }

    @Test("says why when the repository cannot be reached, and goes on when it can")
    func unreachable() async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.setUp(url: "file://\(scene.folder.path)/nowhere.git")
            #expect(await scene.service.pass() == .failed)
            let mirror = try await scene.mirror
            #expect(mirror.state == .failing && mirror.reason.contains("nowhere.git") && mirror.checkedAt == nil)
            try await scene.setUp()
            try await scene.sync()
        }
    }

    @Test("does nothing when it is set up nowhere, and nothing on a folder unless that is allowed")
    func notSetUp() async throws {
        try await MirrorScene.with { scene in
            #expect(await scene.replica("strict", allowsFolders: false).pass() == .failed)
            #expect(try await scene.mirror.reason.contains("a folder of the hub's machine"))
            try await scene.store.removeGitMirror()
            #expect(await scene.service.pass() == .done(0))
        }
    }
}

extension MirrorScene {
    /// Puts the note of how far it is back to what it was.
    func forget(_ mirror: GitMirror) async throws {
        let epoch = try await self.mirror.epoch
        let isNoted = try await store.advanceGitMirror(
            epoch,
            to: try #require(mirror.head),
            revision: mirror.revision
        )
        #expect(isNoted)
    }
}
