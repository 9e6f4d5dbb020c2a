import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

@Suite("The routes of the Git mirror") struct GitRoutesTests {
    private static let request = GitMirrorRequest(
        url: "https://git.example.com/platform/values.git",
        username: "otomi",
        password: "hunter2"
    )

    @Test("set up, show and remove the mirror; the credential never comes back")
    func setting() async throws {
        try await HubTest.with { _, caller in
            try await caller.get(Route.git.path()).problem(.notFound)
            let answer = try await caller.send(.put, Route.git.path(), body: Self.request.json.serialized())
            #expect(!answer.text.contains("hunter2"))
            let status: GitMirrorStatus = try answer.message()
            #expect(status.state == "pending" && status.credential == "password" && status.username == "otomi")
            #expect(status.changedBy == "bootstrap-admin" && status.branch == "main" && status.direction == "both")
            let shown = try await caller.get(Route.git.path())
            #expect(!shown.text.contains("hunter2"))
            let asked: GitMirrorStatus = try await caller.post(Route.gitSync.path(), JSONValue.object([:])).message()
            #expect(asked.askedAt != nil)
            #expect(try await caller.delete(Route.git.path()).status == 204)
            try await caller.get(Route.git.path()).problem(.notFound)
            try await caller.delete(Route.git.path()).problem(.notFound)
        }
    }

    @Test("keep the credential for the same address, and never for another one")
    func keepingTheCredential() async throws {
        try await HubTest.with { hub, caller in
            func set(_ request: GitMirrorRequest) async throws -> HubAnswer {
                try await caller.send(.put, Route.git.path(), body: request.json.serialized())
            }
            _ = try await set(Self.request)
            var changed = Self.request
            changed.password = nil
            changed.branch = "other"
            let kept: GitMirrorStatus = try await set(changed).message()
            #expect(kept.credential == "password" && kept.branch == "other")
            #expect(try await hub.store.takeGitLease("x", for: .seconds(1))?.secret == .password("hunter2"))
            changed.url = "https://evil.example.com/values.git"
            let problem = try await set(changed).problem(.invalid)
            #expect(problem.detail.contains("give its password or key again"))
            changed.isAnonymous = true
            changed.username = nil
            let bare: GitMirrorStatus = try await set(changed).message()
            #expect(bare.credential == "none")
        }
    }

    @Test("refuse what is no repository, branch, key or list of hosts, each by its name")
    func faults() async throws {
        try await HubTest.with { _, caller in
            let cases: [(GitMirrorRequest, member: String)] = [
                (GitMirrorRequest(url: "http://git.example.com/a"), "url"),
                (GitMirrorRequest(url: "file:///srv/values.git"), "url"),
                (GitMirrorRequest(url: "ext::sh -c id"), "url"),
                (GitMirrorRequest(url: "https://user:password@git.example.com/a"), "url"),
                (GitMirrorRequest(url: "https://git.example.com/a", branch: "-x"), "branch"),
                (GitMirrorRequest(url: "https://git.example.com/a", direction: "sideways"), "direction"),
                (GitMirrorRequest(url: "https://git.example.com/a", password: "x"), "username"),
                (GitMirrorRequest(url: "https://git.example.com/a", key: "-----BEGIN"), "key"),
                (GitMirrorRequest(url: "ssh://git@git.example.com/a", key: "-----BEGIN"), "knownHosts"),
                (GitMirrorRequest(url: "ssh://git@git.example.com/a", key: "x", knownHosts: "h k"), "key"),
                (
                    GitMirrorRequest(url: "https://git.example.com/a", emailPattern: "nobody@example.com"),
                    "emailPattern"
                ),
                (GitMirrorRequest(url: "https://git.example.com/a", password: "x", key: "y"), "password"),
            ]
            for (request, member) in cases {
                let answer = try await caller.send(.put, Route.git.path(), body: request.json.serialized())
                let problem = try answer.problem(.invalid)
                #expect(problem.errors.first?.pointer.tokens == [member], "\(request): \(problem)")
            }
            try await caller.get(Route.git.path()).problem(.notFound)
        }
    }

    @Test("are for platform admins; an auditor may look")
    func access() async throws {
        try await HubTest.with { hub, caller in
            _ = try await caller.send(.put, Route.git.path(), body: Self.request.json.serialized())
            let auditor = caller.with(token: try await hub.token("auditor", .auditor))
            #expect(try await auditor.get(Route.git.path()).status == 200)
            #expect(try await auditor.get(Route.gitPushes.path()).status == 200)
            try await auditor.send(.put, Route.git.path(), body: Self.request.json.serialized()).problem(.forbidden)
            try await auditor.delete(Route.git.path()).problem(.forbidden)
            let grant = try #require(Grant.team("demo", .teamAdmin))
            let team = caller.with(token: try await hub.token("team", grant))
            try await team.get(Route.git.path()).problem(.forbidden)
            try await team.get(Route.gitPushes.path()).problem(.forbidden)
        }
    }

    @Test("list pushes page by page, and find one by the beginning of its commit")
    func pushes() async throws {
        try await HubTest.with { hub, caller in
            let mirror = try await hub.store.setGitMirror(
                GitMirrorSettings(url: "https://git.example.com/a"),
                secret: nil,
                by: "admin"
            )
            for digit in ["a", "b", "c"] {
                let push = GitPush(
                    commit: String(repeating: digit, count: 40),
                    authorName: "Ann",
                    authorEmail: "ann@example.com",
                    message: "x",
                    committedAt: hub.now,
                    seenAt: hub.now,
                    state: .taken
                )
                #expect(try await hub.store.noteGitPush(mirror.epoch, push))
            }
            let first: HubAPI.Page<GitPushEntry> = try await caller.get(Route.gitPushes.path() + "?limit=2").message()
            #expect(first.items.map { $0.commit.prefix(1) } == ["c", "b"])
            let next = try #require(first.next)
            let second: HubAPI.Page<GitPushEntry> = try await caller.get(
                Route.gitPushes.path() + "?limit=2&before=\(next)"
            ).message()
            #expect(second.items.map { $0.commit.prefix(1) } == ["a"] && second.next == nil)
            let one: GitPushEntry = try await caller.get(Route.gitPush.path("bbbb")).message()
            #expect(one.commit.hasPrefix("bbbb"))
            try await caller.get(Route.gitPush.path("dddd")).problem(.notFound)
            try await caller.get(Route.gitPush.path("%25")).problem(.notFound)
        }
    }
}
