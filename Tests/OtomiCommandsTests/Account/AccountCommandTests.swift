import Foundation
import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// Signing in and out, contexts, and the file that they are kept in.
@Suite struct AccountCommandTests {
    private static let session = SessionEntry(
        name: "alice",
        kind: "person",
        grants: [RoleGrant(role: "teamAdmin", team: "demo")],
        expiresAt: "2026-02-01T00:00:00Z",
        token: "otomi_session_secret"
    )

    private static func hub(_ entry: SessionEntry = session) -> FakeHub {
        FakeHub([
            "POST /api/v1/session": [.json(entry.json)], "GET /api/v1/session": [.json(entry.json)],
            "DELETE /api/v1/session": [FakeHub.Answer(status: 204)],
            "POST /api/v1/password": [.json(PersonEntry(name: "alice", createdAt: "").json)],
            "GET /api/v1/clusters": [.json(["items": []])],
        ])
    }

    private static func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    /// A home of one's own: runs commands with it.
    private struct Home {
        let path: String
        let hub: FakeHub

        var file: String { "\(path)/otomi/config.json" }

        func otomi(_ arguments: String..., secrets: [String]? = nil, more: [String: String] = [:]) async -> Outcome {
            await OtomiCommandsTests.otomi(
                arguments,
                hub: hub,
                person: Person(types: secrets == nil ? nil : "alice", secrets: secrets ?? []),
                environment: ["XDG_CONFIG_HOME": path].merging(more) { $1 }
            )
        }
    }

    private static func withHome(_ hub: FakeHub = hub(), _ body: (Home) async throws -> Void) async throws {
        try await withTemporaryFolder([:]) { try await body(Home(path: $0, hub: hub)) }
    }

    @Test func `a password is asked for unseen, and the session kept where only its owner reads it`() async throws {
        try await Self.withHome { home in
            let outcome = await home.otomi("login", "http://hub.test", "-u", "alice", secrets: ["four small grey cats"])
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(
                home.hub.requests.map(\.body) == [
                    ["name": "alice", "password": "four small grey cats", "commandLine": true]
                ]
            )
            #expect(home.hub.requests[0].authorization == nil)
            #expect(!outcome.output.contains("secret") && !outcome.error.contains("grey cats"))
            let mode = try Self.mode(home.file)
            #expect(mode == 0o600)
            #expect(try Self.mode("\(home.path)/otomi") == 0o700)
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/otomi")
            #expect(files.sorted() == ["config.json", "config.json.lock"])
            #expect(await home.otomi("cluster", "list").status == .success)
            #expect(home.hub.requests.last?.authorization == "Bearer otomi_session_secret")
            let whoami = await home.otomi("whoami")
            #expect(whoami.output.contains("alice (person) at http://hub.test\nRoles    teamAdmin of demo\n"))
        }
    }

    @Test func `without a terminal no password is read`() async throws {
        try await Self.withHome { home in
            #expect(await home.otomi("login", "http://hub.test", "-u", "alice").status == .usage)
            #expect(home.hub.requests.isEmpty)
        }
    }

    @Test func `a token is checked and kept, a code sets the password first`() async throws {
        try await Self.withHome { home in
            #expect(await home.otomi("login", "http://hub.test", "--token", "otomi_x", "--as", "ci").status == .success)
            #expect(home.hub.requests.map(\.authorization) == ["Bearer otomi_x"])
            let twice = await home.otomi("login", "http://hub.test", "--code", "c", secrets: ["one", "another"])
            #expect(twice.status == .usage)
            let code = await home.otomi("login", "http://hub.test", "--code", "c", secrets: ["long one", "long one"])
            #expect(code.status == .success, "\(code.error)")
            #expect(home.hub.requests.suffix(2).map(\.line) == ["POST /api/v1/password", "POST /api/v1/session"])
            #expect(await home.otomi("context", "list", "-o", "name").output == "ci\nhub.test\n")
        }
    }

    @Test func `a file that others can read, or that is damaged, is not believed`() async throws {
        try await Self.withHome { home in
            _ = await home.otomi("login", "http://hub.test", "--token", "otomi_x")
            for mode in [0o640, 0o604, 0o660] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: home.file)
                let outcome = await home.otomi("cluster", "list")
                #expect(outcome.status == .notAllowed)
                #expect(outcome.error.contains("chmod 600"))
                #expect(await home.otomi("login", "http://hub.test", "--token", "y").status == .notAllowed)
            }
            try Data("{".utf8).write(to: URL(fileURLWithPath: home.file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: home.file)
            #expect(await home.otomi("cluster", "list").status == .invalid)
        }
    }

    @Test func `signing out ends the session on the hub and forgets its secret, even if the hub is away`() async throws
    {
        try await Self.withHome { home in
            _ = await home.otomi("login", "http://hub.test", "-u", "alice", secrets: ["x"])
            #expect(await home.otomi("logout").status == .success)
            #expect(home.hub.requests.last?.line == "DELETE /api/v1/session")
            let kept = try String(contentsOfFile: home.file, encoding: .utf8)
            #expect(!kept.contains("secret"))
            #expect(await home.otomi("context", "list").output.contains("signed out"))
        }
        let away = FakeHub(["GET /api/v1/session": [.json(Self.session.json)]])
        try await Self.withHome(away) { home in
            _ = await home.otomi("login", "http://hub.test", "--token", "otomi_session_secret")
            let outcome = await home.otomi("logout")
            #expect(outcome.status == .success && outcome.error.contains("could not be ended"))
            let kept = try String(contentsOfFile: home.file, encoding: .utf8)
            #expect(!kept.contains("secret"))
        }
    }

    @Test func `the first context is the default, later ones are chosen`() async throws {
        try await Self.withHome { home in
            _ = await home.otomi("login", "http://a.test", "--token", "x")
            let second = await home.otomi("login", "http://b.test", "--token", "x", "--tier", "prod")
            #expect(second.error.contains("otomi context use b.test --shell"))
            #expect(await home.otomi("context", "show").output.hasPrefix("a.test: http://a.test, by the default"))
            #expect(await home.otomi("context", "use", "b.test", "--shell").output == "export OTOMI_CONTEXT='b.test'\n")
            let shell = await home.otomi("context", "show", more: ["OTOMI_CONTEXT": "b.test"])
            #expect(shell.output == "b.test: http://b.test, tier prod, by OTOMI_CONTEXT\n")
            #expect(await home.otomi("--context", "b.test", "context", "show").output == shell.output)
            #expect(await home.otomi("context", "use", "b.test").error.contains("is production"))
            #expect(await home.otomi("context", "set", "b.test", "--tier", "none").status == .success)
            #expect(await home.otomi("context", "remove", "b.test").status == .success)
            let none = await home.otomi("cluster", "list")
            #expect(none.status == .usage && none.error.contains("otomi login HUB"))
            #expect(await home.otomi("context", "use", "b.test").status == .usage)
            let named = await home.otomi("context", "show", more: ["OTOMI_HUB": "http://c.test"])
            #expect(named.output == "http://c.test: http://c.test, by --hub or OTOMI_HUB\n")
        }
    }

    @Test func `of several contexts of the hub that is named the chosen one counts, else one in production`()
        async throws
    {
        try await Self.withHome { home in
            _ = await home.otomi("login", "http://other.test", "--token", "x")
            for name in ["a", "c"] { _ = await home.otomi("login", "http://hub.test", "--token", "x", "--as", name) }
            _ = await home.otomi("login", "http://hub.test", "--token", "x", "--as", "b", "--tier", "prod")
            let show = ["OTOMI_HUB": "http://hub.test"]
            #expect(await home.otomi("context", "show", "-o", "name", more: show).output == "b\n")
            let chosen = show.merging(["OTOMI_CONTEXT": "c"]) { $1 }
            #expect(await home.otomi("context", "show", "-o", "name", more: chosen).output == "c\n")
            #expect(await home.otomi("context", "use", "c").status == .success)
            #expect(await home.otomi("context", "show", "-o", "name", more: show).output == "c\n")
        }
    }

    @Test func `what several commands change of the contexts at once is all kept`() async throws {
        try await Self.withHome { home in
            let names = "abcdefghijkl".map(String.init)
            for name in names { _ = await home.otomi("login", "http://hub.test", "--token", "x", "--as", name) }
            await withTaskGroup(of: Void.self) { group in
                for name in names {
                    group.addTask {
                        let outcome = await home.otomi("context", "set", name, "--tier", "tier-\(name)")
                        #expect(outcome.status == .success, "\(outcome.error)")
                    }
                }
            }
            let list = await home.otomi("context", "list").output
            for name in names { #expect(list.contains("tier-\(name)")) }
        }
    }

    @Test func `what the hub says of its tier is kept`() async throws {
        var entry = Self.session
        entry.tier = "prod"
        try await Self.withHome(Self.hub(entry)) { home in
            #expect(await home.otomi("login", "http://hub.test", "--token", "x").output.contains("of tier prod"))
            let outcome = await home.otomi("cluster", "add", "eu", "--provider", "aws", "--region", "eu")
            #expect(outcome.status == .usage && outcome.error.contains("--confirm hub.test"))
        }
    }

    @Test(arguments: ["a b", "a'b", "$(x)", "a\nb", "", "ä"])
    func `a context's name is safe in a shell`(name: String) async {
        #expect(!HubContext.isName(name))
        #expect(HubContext.isName(HubContext.name(of: "http://\(name)")))
    }
}

/// People and tokens on the command line.
@Suite struct PeopleCommandTests {
    private static let person = PersonEntry(
        name: "bob",
        email: "bob@example.com",
        createdAt: "2026-01-01T00:00:00Z",
        disabledAt: "2026-01-02T00:00:00Z",
        grants: [RoleGrant(role: "teamMember", team: "demo")]
    )

    @Test func `somebody who is added gets a code that is printed once`() async {
        let made = PersonWithCode(person: Self.person, code: "otomi_code", codeExpiresAt: "2026-01-03T00:00:00Z")
        let hub = FakeHub(["POST /api/v1/people": [.json(made.json)]])
        let outcome = await otomi("user", "add", "bob", "--role", "teamMember", "--team", "demo", hub: hub)
        #expect(outcome.output.contains("  otomi login http://hub.test --code otomi_code\n"))
        #expect(hub.requests.last?.body?["grants"] == [["role": "teamMember", "team": "demo"]])
    }

    @Test(arguments: [
        ["--role", "king"], ["--role", "teamAdmin"], ["--role", "auditor", "--team", "demo"], ["--team", "x"], [],
    ])
    func `roles are checked before the hub is asked`(options: [String]) async {
        let hub = FakeHub()
        #expect(await otomi(["user", "grant", "bob"] + options, hub: hub).status == .usage)
        #expect(hub.requests.isEmpty)
    }

    @Test func `people are listed, granted roles, disabled and removed`() async {
        let hub = FakeHub([
            "GET /api/v1/people": [.json(["items": [Self.person.json]])],
            "POST /api/v1/people/bob/grants": [.json(Self.person.json)],
            "DELETE /api/v1/people/bob/grants": [.json(Self.person.json)],
            "PUT /api/v1/people/bob/disabled": [.json(Self.person.json)],
            "DELETE /api/v1/people/bob/disabled": [.json(Self.person.json)],
            "DELETE /api/v1/people/bob": [FakeHub.Answer(status: 204)],
        ])
        let list = await otomi("user", "list", hub: hub).output
        #expect(list.contains("bob   bob@example.com  teamMember of demo  -"))
        #expect(list.contains("disabled"))
        let role = ["--role", "teamMember", "--team", "demo"]
        #expect(await otomi(["user", "grant", "bob"] + role, hub: hub).output == "bob is teamMember of demo.\n")
        #expect(await otomi(["user", "revoke", "bob"] + role, hub: hub).status == .success)
        #expect(hub.requests.last?.line == "DELETE /api/v1/people/bob/grants?role=teamMember&team=demo")
        #expect(await otomi("user", "disable", "bob", hub: hub).output == "bob is kept out.\n")
        #expect(await otomi("user", "enable", "bob", hub: hub).status == .success)
        #expect(await otomi("user", "remove", "bob", hub: hub).status == .usage)
        #expect(await otomi("user", "remove", "bob", "--yes", hub: hub).status == .success)
    }

    @Test func `a token's secret is all that standard output holds`() async {
        let token = TokenEntry(name: "ci", owner: "bob", createdAt: "", expiresAt: "2026-04-01T00:00:00Z")
        let hub = FakeHub([
            "POST /api/v1/tokens": [.json(NewToken(token: token, secret: "otomi_pat_x").json)],
            "GET /api/v1/tokens": [.json(["items": [token.json]])],
            "DELETE /api/v1/tokens/ci": [FakeHub.Answer(status: 204)],
        ])
        let made = await otomi("token", "create", "ci", "--read-only", "--expires", "30d", hub: hub)
        #expect(made.output == "otomi_pat_x\n")
        #expect(hub.requests.last?.body == ["name": "ci", "readOnly": true, "lifetimeSeconds": 2_592_000])
        #expect(await otomi("token", "create", "m", "--machine", hub: hub).status == .usage)
        #expect(await otomi("token", "list", hub: hub).output.contains("ci    bob    its owner's"))
        #expect(await otomi("token", "revoke", "ci", "--owner", "bob", hub: hub).status == .success)
        #expect(hub.requests.last?.line == "DELETE /api/v1/tokens/ci?owner=bob")
    }
}
