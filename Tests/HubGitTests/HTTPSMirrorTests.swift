import HubGit
import HubStore
import HubTestSupport
import PostgresTestSupport
import Testing
import Values

/// The mirror on a server over HTTPS, with a token, as hosted repositories are.
@Suite(.enabled(if: HTTPSGitServer.isPossible, "needs python3, openssl and git http-backend"))
struct HTTPSMirrorTests {
    @Test func `revisions are pushed to a server over HTTPS, and pushes of people come back`() async throws {
        try await MirrorScene.with { scene in
            try await HTTPSGitServer.with(scene.folder.path) { server in
                try await scene.setUp(on: server)
                try await scene.goThereAndBack()
            }
        }
    }

    @Test func `a wrong token and an unknown authority are told apart, and no token is shown`() async throws {
        try await MirrorScene.with { scene in
            try await HTTPSGitServer.with(scene.folder.path) { server in
                try await scene.hub.commit(put: [.team("demo")])
                try await scene.setUp(on: server, password: "wr0ng-t0ken")
                #expect(await scene.service.pass() == .failed)
                let denied = try await scene.mirror.reason
                #expect(denied.contains("check the address and what the hub signs in with"))
                #expect(!denied.contains("wr0ng-t0ken"))
                try await scene.setUp(on: server, authority: "")
                #expect(await scene.service.pass() == .failed)
                let untrusted = try await scene.mirror.reason
                #expect(untrusted.lowercased().contains("certificate"))
                #expect(!untrusted.contains(HTTPSGitServer.password))
                #expect(try await scene.tip == nil)
            }
        }
    }

    @Test func `a server that sends the hub elsewhere is not followed`() async throws {
        try await MirrorScene.with { scene in
            try await HTTPSGitServer.with(scene.folder.path) { server in
                try await scene.hub.commit(put: [.team("demo")])
                try await scene.setUp(on: server, path: "/moved/remote.git")
                #expect(await scene.service.pass() == .failed)
                #expect(try await scene.tip == nil)
            }
        }
    }
}

extension MirrorScene {
    /// Has the hub mirror to the repository as the server serves it.
    fileprivate func setUp(
        on server: HTTPSGitServer,
        path: String = "/remote.git",
        password: String = HTTPSGitServer.password,
        authority: String? = nil
    ) async throws {
        _ = try await store.setGitMirror(
            GitMirrorSettings(
                url: server.address + path,
                username: HTTPSGitServer.username,
                authorities: authority ?? server.authority
            ),
            secret: .password(password),
            by: "admin"
        )
    }
}
