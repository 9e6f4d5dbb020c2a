import HubGit
import HubStore
import HubTestSupport
import PostgresTestSupport
import Testing
import Values

/// The mirror on a server over SSH, with a deploy key, as hosted repositories are.
@Suite(.enabled(if: SSHGitServer.isPossible, "needs python3 and openssh-server"))
struct SSHMirrorTests {
    @Test func `revisions are pushed to a server over SSH, and pushes of people come back`() async throws {
        try await MirrorScene.with { scene in
            try await SSHGitServer.with(scene.folder.path) { server in
                try await scene.setUp(on: server)
                try await scene.goThereAndBack()
            }
        }
    }

    @Test func `a wrong key, another server and no repository are told apart, and no key is shown`() async throws {
        try await MirrorScene.with { scene in
            try await SSHGitServer.with(scene.folder.path) { server in
                try await scene.hub.commit(put: [.team("demo")])
                try await scene.setUp(on: server, key: server.strangeKey)
                #expect(try await scene.refusal().contains("check the address and what the hub signs in with"))
                try await scene.setUp(on: server, knownHosts: server.strangeHosts)
                #expect(try await scene.refusal().contains("the server's host key is not among those"))
                try await scene.setUp(on: server, knownHosts: "github.example.com ssh-ed25519 AAAA")
                #expect(try await scene.refusal().contains("the server's host key is not among those"))
                try await scene.setUp(on: server, path: "/nowhere.git")
                #expect(try await scene.refusal().contains("does not appear to be a git repository"))
                #expect(try await scene.tip == nil)
            }
        }
    }
}

extension MirrorScene {
    /// Has the hub mirror to the repository as the server serves it.
    fileprivate func setUp(
        on server: SSHGitServer,
        path: String = "/remote.git",
        key: String? = nil,
        knownHosts: String? = nil
    ) async throws {
        _ = try await store.setGitMirror(
            GitMirrorSettings(
                url: server.address + folder.path + path,
                knownHosts: knownHosts ?? server.knownHosts
            ),
            secret: .key(key ?? server.key),
            by: "admin"
        )
    }

    /// Why a pass failed; it shows nothing of a key.
    fileprivate func refusal() async throws -> String {
        #expect(await service.pass() == .failed)
        let reason = try await mirror.reason
        #expect(!reason.contains("PRIVATE KEY"))
        return reason
    }
}
