import Bundles
import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// A team that signs its layers at the command line.
@Suite struct ContentCommandTests {
    /// A layer that waits beside one that the team has signed.
    private struct Scene {
        let key = SigningKey()
        let keys: ContentKeys
        let old: LayerFile
        let new: LayerFile
        let draft: ContentDraft
        let status: ContentStatus

        init() throws {
            func object(_ name: String, _ value: String) -> JSONValue {
                [
                    "apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": ["name": .string(name), "namespace": "team-demo"],
                    "data": ["value": .string(value)],
                ]
            }
            keys = try ContentKeys([key.publicKey], threshold: 1, team: "demo")
            old = try LayerFile([object("gone", "1"), object("kept", "1"), object("changed", "1")])
            new = try LayerFile([object("kept", "1"), object("changed", "2"), object("added", "1")])
            let expires = testNow + 365 * MetadataTime.day
            let file = try ContentDraft(
                team: "demo",
                keys: keys,
                version: 1,
                expires: expires,
                layers: [old.digest: old.bytes.count]
            ).signed(with: key).file
            draft = try ContentDraft(
                team: "demo",
                keys: keys,
                version: 2,
                expires: expires,
                layers: [new.digest: new.bytes.count]
            )
            status = ContentStatus(
                team: "demo",
                threshold: 1,
                keys: [key.keyID],
                pending: [
                    .init(digest: new.digest.hex, length: new.bytes.count, objects: 3, clusters: ["eu", "us"])
                ],
                file: file.json,
                draft: draft.file.json
            )
        }

        /// The hub, which gives `bytes` for the layer that waits.
        func hub(_ bytes: [UInt8]? = nil) -> FakeHub {
            var signed = status
            signed.draft = nil
            let path = "/api/v1/trust/content/demo"
            return FakeHub([
                "GET \(path)": [.json(status.json)],
                "GET \(path)/layers/\(old.digest.hex)": [.init(bytes: old.bytes)],
                "GET \(path)/layers/\(new.digest.hex)": [.init(bytes: bytes ?? new.bytes)],
                "POST \(path)/signatures": [.json(signed.json)],
            ])
        }
    }

    @Test func `pending lists what waits and where it is for, and shows its objects`() async throws {
        let scene = try Scene()
        let list = await otomi("trust", "content", "pending", "demo", hub: scene.hub())
        #expect(list.output.contains("eu, us"))
        #expect(list.output.contains(scene.new.digest.hex.prefix(12)))
        let digest = String(scene.new.digest.hex.prefix(8))
        let shown = await otomi("trust", "content", "pending", "demo", "--show", digest, hub: scene.hub())
        #expect(shown.output.contains("name: added"))
        let none = await otomi("trust", "content", "pending", "demo", "--show", "zz", hub: scene.hub())
        #expect(none.status == .notFound)
    }

    @Test func `sign names what is new, changed and gone, and sends a signature that fits`() async throws {
        let scene = try Scene()
        let hub = scene.hub()
        try await withTemporaryFolder([:]) { folder in
            try TrustKeyFile.make(scene.key, at: "\(folder)/team")
            let outcome = await otomi(
                ["trust", "content", "sign", "demo", "--key", "\(folder)/team", "--yes"],
                hub: hub
            )
            #expect(outcome.status == .success, "\(outcome.error)")
            for line in ["+ ConfigMap team-demo/added", "~ ConfigMap team-demo/changed", "- ConfigMap team-demo/gone"] {
                #expect(outcome.error.contains(line))
            }
            #expect(!outcome.error.contains("team-demo/kept"))
            let sent = try TrustSignatures(json: try #require(hub.requests.last?.body)).file
            let file = try SignedMetadata(parsing: sent.serialized(), name: "sent")
            #expect(try scene.draft.adding(signaturesOf: file).isComplete)
        }
    }

    @Test func `a layer of other bytes than its digest names is not signed`() async throws {
        let scene = try Scene()
        let hub = scene.hub(scene.old.bytes)
        try await withTemporaryFolder([:]) { folder in
            try TrustKeyFile.make(scene.key, at: "\(folder)/team")
            let outcome = await otomi(
                ["trust", "content", "sign", "demo", "--key", "\(folder)/team", "--yes"],
                hub: hub
            )
            #expect(outcome.status == .invalid)
            #expect(!hub.requests.contains { $0.line.hasPrefix("POST") })
        }
    }

    @Test func `the fleet's status says whose signature is waited for`() async throws {
        let cluster: JSONValue = ["name": "eu", "provider": "aws", "state": "inSync"]
        let fleet: JSONValue = [
            "revision": 1, "clusters": [cluster], "unsigned": [["team": "demo", "clusters": ["eu"]]],
        ]
        let outcome = await otomi("status", hub: FakeHub(["GET /api/v1/status": [.json(fleet)]]))
        #expect(
            outcome.output.contains("waits for the team's signature on eu: otomi trust content sign demo --key FILE")
        )
    }
}
