import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

@Suite("otomi git") struct GitCommandTests {
    private static func status(_ state: String, reason: String? = nil, checkedAt: String? = nil) -> GitMirrorStatus {
        GitMirrorStatus(
            url: "https://git.example.com/values.git",
            branch: "main",
            direction: "both",
            username: "otomi",
            credential: "password",
            state: state,
            reason: reason,
            since: "2026-01-02T03:00:05Z",
            revision: 40,
            latestRevision: 42,
            commit: "3f2a9c01de0000000000000000000000000000ff",
            checkedAt: checkedAt,
            changedAt: "2026-01-01T00:00:00Z",
            changedBy: "ann"
        )
    }

    @Test("show says where, how far, and what is in the way")
    func show() async {
        let hub = FakeHub(["GET /api/v1/git": [.json(Self.status("halted", reason: "commit 9d0b was refused").json)]])
        let outcome = await otomi("git", "show", hub: hub)
        #expect(
            outcome.output == """
                https://git.example.com/values.git, branch main, as otomi; pushes to it become revisions.
                Revision 40 (commit 3f2a9c01de), 2 behind the hub.
                Halted for 4m: commit 9d0b was refused

                """
        )
    }

    @Test("show says when the values are mirrored nowhere, and how to change that")
    func nowhere() async {
        let problem = Problem(.notFound, detail: "nowhere", hint: "otomi git set URL")
        let outcome = await otomi("git", "show", hub: FakeHub(["GET /api/v1/git": [.problem(problem)]]))
        #expect(outcome.status == .notFound && outcome.error.contains("otomi git set URL"))
    }

    @Test("set sends a password from a file or standard input, never from an argument")
    func set() async throws {
        try await withTemporaryFolder(["hosts": "git.example.com ssh-ed25519 AAAA\n", "key": "-----BEGIN X\n"]) {
            folder in
            let hub = FakeHub(["PUT /api/v1/git": [.json(Self.status("pending").json)]])
            let outcome = await otomi(
                "git",
                "set",
                "https://git.example.com/values.git",
                "--username",
                "otomi",
                "--password-file",
                "-",
                hub: hub,
                person: Person(input: "hunter2\n")
            )
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(!outcome.output.contains("hunter2"))
            let body = hub.requests.first?.body
            #expect(body?["password"] == "hunter2" && body?["username"] == "otomi" && body?["branch"] == "main")
            _ = await otomi(
                "git",
                "set",
                "ssh://git@git.example.com/values.git",
                "--key-file",
                "\(folder)/key",
                "--known-hosts",
                "\(folder)/hosts",
                "--direction",
                "mirror",
                hub: hub
            )
            let second = hub.requests.last?.body
            #expect(second?["key"] == "-----BEGIN X\n" && second?["direction"] == "mirror")
            #expect(second?["knownHosts"] == "git.example.com ssh-ed25519 AAAA\n")
        }
    }

    @Test("set refuses two credentials, and a password that is nobody's")
    func usage() async {
        let two = await otomi("git", "set", "https://a.b/c", "--anonymous", "--key-file", "x")
        #expect(two.status == .usage)
        let nobody = await otomi("git", "set", "https://a.b/c", "--password-file", "x")
        #expect(nobody.status == .usage && nobody.error.contains("--username"))
    }

    @Test("sync waits until the hub has looked, and is exit code 9 when a person must act")
    func sync() async {
        let time = ManualTime()
        let hub = FakeHub([
            "POST /api/v1/git/sync": [.json(Self.status("current", checkedAt: "a").json)],
            "GET /api/v1/git": [
                .json(Self.status("current", checkedAt: "a").json), .json(Self.status("current", checkedAt: "b").json),
            ],
        ])
        let outcome = await otomi("git", "sync", hub: hub, time: time.source)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(time.slept.count == 1)
        let halted = FakeHub([
            "POST /api/v1/git/sync": [.json(Self.status("current").json)],
            "GET /api/v1/git": [.json(Self.status("halted", reason: "refused", checkedAt: "b").json)],
        ])
        #expect(await otomi("git", "sync", hub: halted, time: time.source).status == .held)
        let silent = FakeHub([
            "POST /api/v1/git/sync": [.json(Self.status("current").json)],
            "GET /api/v1/git": [.json(Self.status("failing", reason: "no route").json)],
        ])
        let late = await otomi("git", "sync", "--timeout", "5s", hub: silent, time: time.source)
        #expect(late.status == .timeout && late.error.contains("no route"))
    }

    @Test("pushes lists what became of commits, and tells every reason of one")
    func pushes() async {
        let push = GitPushEntry(
            commit: "9d0b4f77210000000000000000000000000000ff",
            authorName: "Ann",
            authorEmail: "ann@example.com",
            message: "Move hello\n\nbecause",
            committedAt: "2026-01-02T03:00:00Z",
            seenAt: "2026-01-02T03:00:00Z",
            state: "refused",
            detail: "Service demo/hello changed on the hub too",
            hint: "Revert the commit",
            errors: [Fault(file: "platform/x.yaml", message: "no document belongs here")],
            conflicts: [
                DocumentConflict(
                    document: DocumentID(kind: .service, team: "demo", name: "hello"),
                    yours: ["port": 81],
                    theirs: nil,
                    revision: 42,
                    author: "bob"
                )
            ]
        )
        let hub = FakeHub([
            "GET /api/v1/git/pushes": [.json(Page(items: [push]).json)],
            "GET /api/v1/git/pushes/9d0b": [.json(push.json)],
        ])
        let list = await otomi("git", "pushes", hub: hub)
        #expect(
            list.output == """
                COMMIT      STATE    REVISION  AUTHOR           SAYS
                9d0b4f7721  refused  -         ann@example.com  Move hello

                """
        )
        let one = await otomi("git", "pushes", "9d0b", hub: hub)
        #expect(one.status == .invalid)
        #expect(
            one.output == """
                9d0b4f77210000000000000000000000000000ff by Ann <ann@example.com>
                  Move hello
                It was refused: Service demo/hello changed on the hub too.
                  platform/x.yaml: no document belongs here
                  Service demo/hello was changed by bob in revision 42 too:
                    the push: {"port":81}
                    the hub:  removed
                Revert the commit

                """
        )
    }

    @Test("remove says that the repository stays")
    func remove() async {
        let hub = FakeHub(["DELETE /api/v1/git": [FakeHub.Answer(status: 204)]])
        let outcome = await otomi("git", "remove", hub: hub)
        #expect(outcome.status == .success && outcome.output.contains("stays"))
    }
}
