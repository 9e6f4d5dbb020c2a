import Bundles
import Foundation
import HubAPI
import HubStore
import HubTestSupport
import JSON
import OtomiCommands
import PlatformTestSupport
import PostgresTestSupport
import Synchronization
import Testing
import Values

/// What `otomi export` writes is the whole of the values, for the same hub and for another one.
@Suite("An export") struct ExportTests {
    /// The effective values of every cluster, secrets included.
    private static func effective(_ store: HubStore) async throws -> [String: JSONValue] {
        let documents = try await store.allDocuments(revealing: true)
        var result: [String: JSONValue] = [:]
        for cluster in try await store.allClusters() {
            result[cluster.name] = EffectiveValues(cluster: cluster.identity, documents: documents).tree
        }
        return result
    }

    private static let documents: [Document] = [
        .team("demo", spec: ["placement": ["selector": ["env": "prod"]]]), .team("other"), hello(80),
        .pullSecret(password: "hunter2"),
        Document(id: DocumentID(kind: .group, name: "eu"), spec: ["selector": ["region": "eu-1"], "priority": 5]),
        .team("demo", scope: .group("eu"), spec: ["networkPolicy": ["ingressPrivate": false]]),
        Document(
            id: DocumentID(kind: .cluster, scope: .cluster("paris"), name: "paris"),
            spec: ["domainSuffix": "paris.example.com"]
        ),
        Document(id: DocumentID(kind: .app, scope: .cluster("paris"), name: "harbor"), spec: ["enabled": true]),
    ]

    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try TemporaryDirectory(prefix: "otomi-export")
        defer { folder.remove() }
        try await body(folder.path)
    }

    @Test("imported into an empty hub gives every cluster the same effective values, secrets included")
    func roundTrip() async throws {
        try await Self.withFolder { folder in
            let before = Mutex<[String: JSONValue]>([:])
            try await HubTest.with { hub, caller in
                let otomi = CommandLine(caller: caller)
                try await caller.addCluster("paris", labels: ["env": "prod"])
                try await caller.addCluster("rome", provider: "azure")
                try await hub.commit(put: Self.documents)
                let made = await otomi.run("secrets", "keygen", "\(folder)/key")
                #expect(made.status == .success, "\(made.error)")
                let export = await otomi.run("export", "\(folder)/values")
                #expect(export.status == .success, "\(export.error)")
                #expect(
                    export.output == "Wrote 8 documents of revision 1 to \(folder)/values, removed 0 stale files.\n"
                )
                let key = String(made.output.dropLast())
                let secrets = try await hub.store.exportSecrets(to: try #require(SealingPublicKey(base64: key)))
                let file: JSONValue = ["key": .string(key), "secrets": secrets.json]
                #expect(!file.prettyText.contains("hunter2"))
                try Data(file.serialized()).write(to: URL(filePath: "\(folder)/secrets.json"))
                let values = try await Self.effective(hub.store)
                before.withLock { $0 = values }
            }
            try await HubTest.with { hub, caller in
                let otomi = CommandLine(caller: caller)
                let refused = await otomi.run("import", "\(folder)/values")
                #expect(refused.status == .invalid, "\(refused)")
                #expect(refused.error.contains("marker"), "\(refused)")
                let taken = await otomi.run(
                    "import",
                    "\(folder)/values",
                    "--secrets",
                    "\(folder)/secrets.json",
                    "--secrets-key",
                    "\(folder)/key"
                )
                #expect(taken.status == .success, "\(taken)")
                let after = try await Self.effective(hub.store)
                #expect(after == before.withLock { $0 })
                #expect(!taken.output.contains("hunter2") && !taken.error.contains("hunter2"))
                // And once more: nothing changes.
                let again = await otomi.run("export", "\(folder)/again")
                #expect(again.status == .success)
                #expect(try await hub.store.latestRevision() == 1)
            }
        }
    }

    @Test(
        "of the real repository, imported into an empty hub, gives the same effective values",
        .enabled(if: Fixtures.arePresent)
    )
    func realRepository() async throws {
        let repository = Fixtures.definitions.deletingLastPathComponent().appending(path: "otomi-values").path
        try await Self.withFolder { folder in
            let before = Mutex<[String: JSONValue]>([:])
            try await HubTest.with { hub, caller in
                let otomi = CommandLine(caller: caller)
                let read = await otomi.run("import", repository)
                #expect(read.status == .success, "\(read.error)")
                #expect(await otomi.run("export", folder + "/values").status == .success)
                let made = await otomi.run("secrets", "keygen", "\(folder)/key")
                let key = try #require(SealingPublicKey(base64: String(made.output.dropLast())))
                let secrets = try await hub.store.exportSecrets(to: key)
                let file: JSONValue = ["secrets": secrets.json]
                try Data(file.serialized()).write(to: URL(filePath: "\(folder)/secrets.json"))
                let values = try await Self.effective(hub.store)
                #expect(!values.isEmpty && !secrets.isEmpty)
                before.withLock { $0 = values }
            }
            try await HubTest.with { hub, caller in
                let taken = await CommandLine(caller: caller).run(
                    "import",
                    folder + "/values",
                    "--secrets",
                    "\(folder)/secrets.json",
                    "--secrets-key",
                    "\(folder)/key"
                )
                #expect(taken.status == .success, "\(taken.error)")
                let values = try await Self.effective(hub.store)
                #expect(values == before.withLock { $0 })
            }
        }
    }

    @Test("into the same folder again removes what is gone, and nothing that others put there")
    func again() async throws {
        try await Self.withFolder { folder in
            try await HubTest.with { hub, caller in
                let otomi = CommandLine(caller: caller)
                try await hub.commit(put: [.team("demo"), hello(80), hello(81, name: "gone")])
                #expect(await otomi.run("export", "\(folder)/values").status == .success)
                try Data("mine".utf8).write(to: URL(filePath: "\(folder)/values/platform/NOTES.md"))
                try await hub.commit(put: [hello(82)], delete: [hello(0, name: "gone").id])
                let second = await otomi.run("export", "\(folder)/values")
                #expect(
                    second.output.contains("Wrote 2 documents of revision 2") && second.output.contains("removed 1")
                )
                let services = "\(folder)/values/platform/teams/demo/services"
                #expect(try FileManager.default.contentsOfDirectory(atPath: services) == ["hello.yaml"])
                #expect(try String(contentsOfFile: "\(services)/hello.yaml", encoding: .utf8).contains("port: 82"))
                #expect(FileManager.default.fileExists(atPath: "\(folder)/values/platform/NOTES.md"))
                let old = await otomi.run("export", "\(folder)/old", "--revision", "1")
                #expect(old.output.hasPrefix("Wrote 3 documents of revision 1"))
                #expect(await otomi.run("export", "\(folder)/new", "--revision", "3").status == .notFound)
            }
        }
    }

    @Test("comes back to the same hub with its secrets, through apply, and changes nothing")
    func backAgain() async throws {
        try await Self.withFolder { folder in
            try await HubTest.with { hub, caller in
                let otomi = CommandLine(caller: caller)
                try await hub.commit(put: Self.documents)
                #expect(await otomi.run("export", "\(folder)/values").status == .success)
                let applied = await otomi.run("apply", "-f", "\(folder)/values", "-m", "again")
                #expect(applied.status == .success, "\(applied.error)")
                #expect(try await hub.store.latestRevision() == 1)
            }
        }
    }

    @Test("is not written into a folder of somebody else's")
    func foreignFolder() async throws {
        try await Self.withFolder { folder in
            try await HubTest.with { hub, caller in
                try Data("mine".utf8).write(to: URL(filePath: "\(folder)/precious.txt"))
                let outcome = await CommandLine(caller: caller).run("export", folder)
                #expect(outcome.status == .usage && outcome.error.contains("not empty"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["precious.txt"])
            }
        }
    }

    @Test("is the tree that the mirror has")
    func sameAsMirror() async throws {
        try await MirrorScene.with { scene in
            try await scene.caller.addCluster("paris", labels: ["env": "prod"])
            try await scene.hub.commit(put: Self.documents)
            try await scene.sync()
            let folder = "\(scene.folder.path)/values"
            let outcome = await CommandLine(caller: scene.caller).run("export", folder)
            #expect(outcome.status == .success, "\(outcome.error)")
            for (path, text) in try await scene.files() {
                #expect(try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8) == text, "\(path)")
            }
        }
    }

    @Test("whose secrets are opened with another key is refused")
    func wrongKey() async throws {
        try await Self.withFolder { folder in
            try await HubTest.with { hub, caller in
                let otomi = CommandLine(caller: caller)
                try await hub.commit(put: [.pullSecret(password: "hunter2")])
                #expect(await otomi.run("export", "\(folder)/values").status == .success)
                let secrets = try await hub.store.exportSecrets(to: SealingKeyPair().publicKey)
                let file: JSONValue = ["secrets": secrets.json]
                try Data(file.serialized()).write(to: URL(filePath: "\(folder)/secrets.json"))
                #expect(await otomi.run("secrets", "keygen", "\(folder)/key").status == .success)
                let outcome = await otomi.run(
                    "import",
                    "\(folder)/values",
                    "--secrets",
                    "\(folder)/secrets.json",
                    "--secrets-key",
                    "\(folder)/key"
                )
                #expect(outcome.status == .invalid && outcome.error.contains("does not open with the key"))
                // What was exported stands in the audit log.
                let entries = try await hub.store.auditRecords(AuditFilter())
                #expect(entries.contains { $0.action == "exportSecrets" })
            }
        }
    }
}
