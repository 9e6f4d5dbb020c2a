import Concurrency
import Git
import HTTPTypes
import HubAPI
import HubGit
import HubStore
import HubTestSupport
import JSON
import Postgres
import Testing
import Values
import YAML

@Suite("A push to the branch") struct PushTests {
    /// A scene with a team, a service and the branch as far as the hub.
    private static func with(_ body: @escaping @Sendable (MirrorScene) async throws -> Void) async throws {
        try await MirrorScene.with { scene in
            try await scene.hub.commit(put: [.team("demo"), hello(80)])
            try await scene.sync()
            try await body(scene)
        }
    }

    @Test("becomes one revision with its author and message, and is itself the commit of that revision")
    func taken() async throws {
        try await Self.with { scene in
            let commit = try await scene.push(put: [hello(81)], "Move hello to 81\n\nIt collided.")
            try await scene.sync()
            let revision = try await scene.store.revision(2)
            #expect(revision.author == "git:ann@example.com")
            #expect(revision.message == "Move hello to 81\n\nIt collided.\n\nGit-Commit: \(commit)")
            #expect(try await scene.tip == commit, "no second commit for the same revision")
            let push = try await scene.store.gitPush(commit.short)
            #expect(push.state == .taken && push.revision == 2 && push.authorEmail == "ann@example.com")
            // The hub's own next change goes on top.
            try await scene.hub.commit(put: [hello(82)])
            try await scene.sync()
            #expect(try await scene.commits().map(\.subject) == ["test", "Move hello to 81", "test"])
        }
    }

    @Test("carries the name of the person whom the hub knows by that address")
    func knownAuthor() async throws {
        try await Self.with { scene in
            _ = try await scene.store.createPerson(NewPerson(name: "annika", email: "Ann@Example.com"))
            try await scene.push(put: [hello(81)])
            let mirrored = GitSignature(name: "annika", email: "annika@otomi.invalid", time: UnixTime(seconds: 1))
            try await scene.push(put: [hello(82)], author: mirrored)
            try await scene.push(
                put: [hello(83)],
                author: GitSignature(name: "nobody", email: "nobody@otomi.invalid", time: UnixTime(seconds: 1))
            )
            try await scene.sync()
            #expect(
                try await scene.store.revisions().map(\.author) == [
                    "git:nobody@otomi.invalid", "annika", "annika", "alice",
                ]
            )
        }
    }

    @Test("merges with what others changed on the hub meanwhile")
    func merged() async throws {
        try await Self.with { scene in
            try await scene.hub.commit(put: [hello(90, name: "other")])
            let commit = try await scene.push(put: [hello(81)])
            let again = try await scene.push(put: [hello(82)])
            try await scene.hub.commit(put: [hello(91, name: "other")])
            try await scene.sync()
            let commits = try await scene.commits()
            #expect(commits.count == 5)
            #expect(commits[1].id == commit && commits[2].id == again, "the push is where it was")
            #expect(try await scene.store.latestRevision() == 5)
        }
    }

    @Test("that clashes with the hub is refused with both sides, and changes nothing")
    func conflict() async throws {
        try await Self.with { scene in
            try await scene.hub.commit(put: [hello(90)])
            let commit = try await scene.push(put: [hello(81)])
            #expect(await scene.service.pass() == .halted)
            #expect(try await scene.store.latestRevision() == 2)
            #expect(try await scene.tip == commit, "nothing was pushed over it")
            let entry: GitPushEntry = try await scene.caller.get(Route.gitPush.path(commit.description)).message()
            #expect(entry.state == "refused")
            let clash = try #require(entry.conflicts.first)
            #expect(clash.yours?["port"] == 81 && clash.theirs?["port"] == 90 && clash.base?["port"] == 80)
            #expect(clash.revision == 2 && clash.author == "alice")
            // The way out: revert, see the hub's change, make it again.
            try await scene.push(put: [hello(80)], "Revert")
            try await scene.sync()
            #expect(try await scene.store.gitPush(commit.description).state == .corrected)
            try await scene.push(put: [hello(81)])
            try await scene.sync()
        }
    }

    @Test("that makes the same change as the hub is no clash")
    func sameChange() async throws {
        try await Self.with { scene in
            try await scene.hub.commit(put: [hello(81)])
            try await scene.push(put: [hello(81)])
            try await scene.sync()
            #expect(try await scene.store.latestRevision() == 2)
        }
    }

    @Test("with faults is refused with every one of them, file and place, until a commit puts it right")
    func faults() async throws {
        try await Self.with { scene in
            let files: [String: String?] = [
                "platform/teams/demo/services/hello.yaml": "kind: Service\nteam: demo\nname: other\nspec: {port: 80}\n",
                "platform/teams/demo/services/broken.yaml": "a: [", "platform/hello.yaml": "kind: Team\nname: x\n",
                "clusters.yaml": "clusters: [{name: mine}]\n",
            ]
            let refused = try await scene.push(files)
            #expect(await scene.service.pass() == .halted)
            let mirror = try await scene.mirror
            #expect(mirror.reason.contains(refused.short) && mirror.reason.contains("the push has 4 faults"))
            let entry: GitPushEntry = try await scene.caller.get(Route.gitPush.path(refused.short)).message()
            #expect(
                entry.errors.compactMap(\.file).sorted() == [
                    "clusters.yaml", "platform/hello.yaml", "platform/teams/demo/services/broken.yaml",
                    "platform/teams/demo/services/hello.yaml",
                ]
            )
            // The hub goes on without the branch.
            try await scene.hub.commit(put: [hello(90, name: "other")])
            #expect(await scene.service.pass() == .halted)
            // A commit that puts a part right is judged with the refused one.
            let registry = try await scene.clustersFile()
            try await scene.push(["clusters.yaml": registry, "platform/hello.yaml": nil])
            #expect(await scene.service.pass() == .halted)
            let good = try await scene.push(
                [
                    "platform/teams/demo/services/broken.yaml": nil,
                    "platform/teams/demo/services/hello.yaml": YAML.text(of: hello(85).json),
                ],
                "put right"
            )
            try await scene.sync()
            #expect(try await scene.store.gitPushes().map(\.state) == [.taken, .corrected, .corrected])
            #expect(try await scene.store.gitPush(refused.description).correctedBy == good.description)
        }
    }

    @Test("goes through the same checks as every other commit")
    func checked() async throws {
        try await Self.with { scene in
            let commit = try await scene.push(put: [hello(81, name: "orphan").of(team: "nobody")])
            #expect(await scene.service.pass() == .halted)
            let entry: GitPushEntry = try await scene.caller.get(Route.gitPush.path(commit.description)).message()
            #expect(entry.errors.contains { $0.document?.team == "nobody" }, "\(entry)")
            #expect(try await scene.store.latestRevision() == 1)
        }
    }

    @Test("that leaves a secret's marker keeps the secret; one with a secret in plaintext is refused")
    func secrets() async throws {
        try await Self.with { scene in
            try await scene.hub.commit(put: [.pullSecret(password: "hunter2")])
            try await scene.sync()
            let path = "platform/settings/otomi.yaml"
            let text = try #require(try await scene.files()[path])
            try await scene.push([path: text.replacing("puller", with: "someone")])
            try await scene.sync()
            let id = DocumentID(kind: .settings, name: "otomi")
            let stored = try await scene.store.document(id, revealing: true)
            #expect(stored?.document.spec["globalPullSecret"]?["password"] == "hunter2")
            #expect(stored?.document.spec["globalPullSecret"]?["username"] == "someone")
            let open = try await scene.push(put: [.pullSecret(password: "hunter3")])
            #expect(await scene.service.pass() == .halted)
            let entry: GitPushEntry = try await scene.caller.get(Route.gitPush.path(open.description)).message()
            #expect(entry.errors.first?.message.contains("plaintext") == true)
            #expect(!entry.json.compactText.contains("hunter3"))
        }
    }

    @Test("that renames and removes documents does that")
    func removal() async throws {
        try await Self.with { scene in
            try await scene.push(put: [hello(80, name: "renamed")], delete: [hello(80).id])
            try await scene.sync()
            #expect(try await scene.values().map(\.id.name) == ["demo", "renamed"])
        }
    }

    @Test("whose revision was made just before the hub was killed does not become a second one")
    func killedBeforeNote() async throws {
        try await Self.with { scene in
            let before = try await scene.mirror
            let commit = try await scene.push(put: [hello(81)])
            try await scene.sync()
            try await scene.forget(before)
            try await scene.forgetPush(commit)
            try await scene.sync()
            #expect(try await scene.store.latestRevision() == 2)
            #expect(try await scene.store.gitPush(commit.description).revision == 2)
            #expect(try await scene.commits().count == 2)
        }
    }

    @Test("that only says it is the hub's is a push like any other")
    func forgedTrailer() async throws {
        try await Self.with { scene in
            try await scene.hub.commit(put: [hello(90, name: "other")])
            try await scene.push(put: [hello(81)], "test\n\nOtomi-Revision: 2\n")
            try await scene.sync()
            #expect(try await scene.store.latestRevision() == 3)
            #expect(try await scene.store.gitPushes().map(\.revision) == [3])
        }
    }

    @Test("that merges a branch is one change to what the hub has")
    func merge() async throws {
        try await Self.with { scene in
            let base = try #require(try await scene.tip)
            let side = try await scene.commitBeside(base, put: [hello(81)])
            try await scene.hub.commit(put: [hello(90, name: "other")])
            try await scene.sync()
            let main = try #require(try await scene.tip)
            // The person's commit is the first parent: the hub's are on the other side.
            let tree = try await scene.remote.writeTree(
                [ValuesTree.path(of: hello(0).id): Array(YAML.text(of: hello(81).json).utf8)],
                onto: try await scene.remote.commit(main).tree
            )
            let merge = try await scene.remote.commit(
                GitCommitDraft(
                    tree: tree,
                    parents: [side, main],
                    author: MirrorScene.mallory,
                    committer: MirrorScene.mallory,
                    message: "merge"
                )
            )
            try await scene.remote.setReference(MirrorScene.branch, to: merge, from: main)
            try await scene.sync()
            #expect(try await scene.store.latestRevision() == 3)
            #expect(try await scene.store.gitPushes().map(\.commit) == [merge.description])
        }
    }

    @Test("that is refused has a page for people that escapes what strangers wrote")
    func page() async throws {
        try await Self.with { scene in
            let commit = try await scene.push(
                ["platform/<b>.yaml": "x: 1"],
                "<script>alert(1)</script>",
                author: MirrorScene.mallory
            )
            #expect(await scene.service.pass() == .halted)
            let page = try await scene.caller.send(
                .get,
                Route.gitPush.path(commit.description),
                headers: [.accept: "text/html,application/xhtml+xml"]
            )
            #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains("It was refused") && page.text.contains("platform/&lt;b&gt;.yaml"))
            #expect(!page.text.contains("<script>"))
        }
    }
}

extension Document {
    func of(team: String) -> Document {
        Document(id: DocumentID(kind: id.kind, scope: id.scope, team: team, name: id.name), spec: spec)
    }
}

extension MirrorScene {
    func clustersFile() async throws -> String {
        let first = try #require(try await commits().first)
        let files = try await remote.files(of: first.tree) { $0 == "clusters.yaml" }
        return String(decoding: try #require(files["clusters.yaml"]), as: UTF8.self)
    }

    func forgetPush(_ commit: GitObjectID) async throws {
        _ = try await store.pool.withConnection { connection in
            try connection.query("DELETE FROM git_pushes WHERE commit_id = \(commit.description)")
        }
    }

    /// A commit on `parent` that the branch does not have.
    func commitBeside(_ parent: GitObjectID, put: [Document]) async throws -> GitObjectID {
        var files: [String: [UInt8]?] = [:]
        for document in put { files[ValuesTree.path(of: document.id)] = Array(YAML.text(of: document.json).utf8) }
        let tree = try await remote.writeTree(files, onto: try await remote.commit(parent).tree)
        return try await remote.commit(
            GitCommitDraft(
                tree: tree,
                parents: [parent],
                author: Self.mallory,
                committer: Self.mallory,
                message: "beside"
            )
        )
    }
}
