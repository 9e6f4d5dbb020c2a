import Bundles
import Foundation
import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// The ceremony at the command line.
@Suite struct TrustCommandTests {
    /// A hub whose root one key holds, and a draft that hands it to another.
    private struct Scene {
        let old = RoleSigners.generated()
        let key = SigningKey()
        let draft: RootDraft
        let status: TrustStatus

        init() throws {
            let file = try MetadataSigner(old).initialRoot(now: testNow)
            let root = try TrustedState(trusting: file, cluster: nil).root.content
            let next = try root.following(
                replacing: [.root: ([key.publicKey], 1)],
                expires: testNow + 365 * MetadataTime.day
            )
            draft = try RootDraft(next, following: root).signed(with: old[.root][0])
            status = TrustStatus(
                version: 1,
                expires: MetadataTime.text(root.expires),
                roles: [TrustRole(name: "root", threshold: 1, keys: [TrustKey(id: "abc", isOnline: true)])],
                root: try JSONValue(parsing: file),
                draft: TrustDraft(
                    version: 2,
                    author: "alice",
                    createdAt: "2026-01-02T03:00:05Z",
                    changes: ["root: new key \(key.keyID)"],
                    approvals: [
                        TrustApproval(root: 1, threshold: 1, signed: ["abc"], waiting: []),
                        TrustApproval(root: 2, threshold: 1, signed: [], waiting: [key.keyID]),
                    ],
                    file: draft.file.json
                )
            )
        }

        var published: TrustStatus {
            TrustStatus(version: 2, expires: status.expires, roles: status.roles, root: status.root, draft: nil)
        }
    }

    @Test("show lists roles, keys, who keeps them, and what waits for signatures")
    func show() async throws {
        let scene = try Scene()
        let hub = FakeHub(["GET /api/v1/trust": [.json(scene.status.json)]])
        let outcome = await otomi("trust", "show", hub: hub)
        #expect(outcome.status == .success)
        #expect(outcome.output.hasPrefix("Root 1 expires at \(scene.status.expires), in 365d\n"))
        #expect(outcome.output.contains("root  1 of 1     the hub  abc"))
        #expect(outcome.output.contains("Root 2, drafted by alice 4m ago, waits for signatures:"))
        #expect(outcome.output.contains("Of the keys of root 2, 0 of the 1 needed have signed."))
    }

    @Test("a key is readable by its owner alone, and is never overwritten")
    func keygen() async throws {
        try await withTemporaryFolder([:]) { folder in
            let path = "\(folder)/alice"
            #expect(await otomi("trust", "keygen", path).status == .success)
            let key = try TrustKeyFile.signingKey(at: path)
            #expect(try TrustKeyFile.publicKey(at: "\(path).pub") == key.publicKey.metadataKey.json)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(await otomi("trust", "keygen", path).status == .conflict)
            // The private half is not given away by mistake, and one that others can read is not used.
            #expect(throws: CommandFailure.self) { try TrustKeyFile.publicKey(at: path) }
            #expect(throws: CommandFailure.self) { try TrustKeyFile.signingKey(at: "\(path).pub") }
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(throws: CommandFailure.self) { try TrustKeyFile.signingKey(at: path) }
        }
    }

    @Test("init sends the people's public keys and the threshold")
    func initialise() async throws {
        let scene = try Scene()
        let hub = FakeHub(["POST /api/v1/trust/draft": [.json(scene.status.json)]])
        try await withTemporaryFolder([:]) { folder in
            try TrustKeyFile.make(scene.key, at: "\(folder)/alice")
            let arguments = ["trust", "init", "--threshold", "1", "--key", "\(folder)/alice.pub"]
            #expect(await otomi(arguments, hub: hub).status == .usage)
            let outcome = await otomi(arguments + ["--yes"], hub: hub)
            #expect(outcome.status == .success)
            #expect(outcome.output.contains("Sign it: otomi trust root sign --key FILE"))
        }
        let sent = try TrustChangeRequest(json: try #require(hub.requests.last?.body))
        #expect(sent.roles == ["root": .init(keys: [scene.key.publicKey.metadataKey.json], threshold: 1)])
    }

    @Test("rotate asks for new keys of the roles that are named")
    func rotate() async throws {
        let scene = try Scene()
        let hub = FakeHub(["POST /api/v1/trust/draft": [.json(scene.published.json)]])
        let outcome = await otomi("trust", "rotate", "targets", "timestamp", "--yes", hub: hub)
        #expect(outcome.output == "Root 2 is published. Every cluster's metadata is signed anew now.\n")
        let sent = try TrustChangeRequest(json: try #require(hub.requests.last?.body))
        #expect(sent.roles == ["targets": .init(), "timestamp": .init()])
        for wrong in [
            ["root"], ["timestamp", "--online"], ["root", "--online", "--key", "a.pub", "--threshold", "1"],
        ] {
            #expect(await otomi(["trust", "rotate"] + wrong + ["--yes"], hub: hub).status == .usage)
        }
    }

    @Test("sign says in words what is signed, and sends a signature that fits")
    func sign() async throws {
        let scene = try Scene()
        let hub = FakeHub([
            "GET /api/v1/trust": [.json(scene.status.json)],
            "POST /api/v1/trust/draft/signatures": [.json(scene.published.json)],
        ])
        try await withTemporaryFolder([:]) { folder in
            try TrustKeyFile.make(scene.key, at: "\(folder)/alice")
            let outcome = await otomi("trust", "root", "sign", "--key", "\(folder)/alice", "--yes", hub: hub)
            #expect(outcome.status == .success)
            #expect(outcome.error.contains("root: key \(scene.old[.root][0].keyID) is dropped"))
            #expect(outcome.error.contains("root: new key \(scene.key.keyID)"))
            let sent = try TrustSignatures(json: try #require(hub.requests.last?.body)).file
            let file = try SignedMetadata(parsing: sent.serialized(), name: "sent")
            #expect(try scene.draft.adding(signaturesOf: file).isComplete)
        }
    }

    @Test("in production a signature is sent only when the name is given")
    func signInProduction() async throws {
        let scene = try Scene()
        let hub = FakeHub([
            "GET /api/v1/session": [.json(SessionEntry(name: "alice", kind: "person", grants: []).json)],
            "GET /api/v1/trust": [.json(scene.status.json)],
            "POST /api/v1/trust/draft/signatures": [.json(scene.published.json)],
        ])
        try await withTemporaryFolder([:]) { folder in
            try TrustKeyFile.make(scene.key, at: "\(folder)/alice")
            let shell = ["XDG_CONFIG_HOME": folder]
            let login = ["login", "http://live.test", "--token", "x", "--as", "live", "--tier", "prod"]
            #expect(await otomi(login, hub: hub, environment: shell).status == .success)
            let sign = ["trust", "root", "sign", "--key", "\(folder)/alice", "--yes"]
            let refused = await otomi(sign, hub: hub, environment: shell)
            #expect(refused.status == .usage && refused.error.contains("Pass --confirm live"))
            #expect(!hub.requests.contains { $0.line.hasPrefix("POST") })
            #expect(await otomi(sign + ["--confirm", "live"], hub: hub, environment: shell).status == .success)
        }
    }

    @Test("a key that signs for neither root signs nothing")
    func stranger() async throws {
        let scene = try Scene()
        let hub = FakeHub(["GET /api/v1/trust": [.json(scene.status.json)]])
        try await withTemporaryFolder([:]) { folder in
            try TrustKeyFile.make(SigningKey(), at: "\(folder)/eve")
            let outcome = await otomi("trust", "root", "sign", "--key", "\(folder)/eve", "--yes", hub: hub)
            #expect(outcome.status == .invalid)
            #expect(!hub.requests.contains { $0.line.hasPrefix("POST") })
        }
    }

    @Test("a draft is fetched, signed on a machine without a hub, and published")
    func airGap() async throws {
        let scene = try Scene()
        let hub = FakeHub([
            "GET /api/v1/trust": [.json(scene.status.json)],
            "POST /api/v1/trust/draft/signatures": [.json(scene.published.json)],
        ])
        try await withTemporaryFolder([:]) { folder in
            let (key, draft, signed) = ("\(folder)/alice", "\(folder)/draft", "\(folder)/signed")
            try TrustKeyFile.make(scene.key, at: key)
            #expect(await otomi("trust", "root", "fetch", draft, hub: hub).status == .success)
            let away = await otomi(
                ["trust", "root", "sign", "--key", key, "--in", draft, "--out", signed, "--yes"],
                environment: [:]
            )
            #expect(away.status == .success)
            #expect(
                await otomi("trust", "root", "publish", "--in", signed, hub: hub).output.hasPrefix(
                    "Root 2 is published"
                )
            )
            let file = try SignedMetadata(
                parsing: try #require(hub.requests.last?.body?["file"]).serialized(),
                name: "sent"
            )
            #expect(try scene.draft.adding(signaturesOf: file).isComplete)
        }
    }

    @Test("publish is exit code 9 while signatures are missing")
    func missing() async throws {
        let scene = try Scene()
        let hub = FakeHub([
            "GET /api/v1/trust": [.json(scene.status.json)],
            "POST /api/v1/trust/draft/signatures": [.json(scene.status.json)],
        ])
        try await withTemporaryFolder([:]) { folder in
            _ = await otomi("trust", "root", "fetch", "\(folder)/draft", hub: hub)
            let outcome = await otomi("trust", "root", "publish", "--in", "\(folder)/draft", hub: hub)
            #expect(outcome.status == .held)
            #expect(outcome.error.contains("Of the keys of root 2, 0 of the 1 needed have signed."))
        }
    }
}
