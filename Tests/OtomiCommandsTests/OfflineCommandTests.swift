import Foundation
import JSON
import Platform
import Testing

@testable import OtomiCommands

/// What the command does with a folder of values and no hub.
@Suite struct OfflineCommandTests {
    private static let folder = [
        "clusters.yaml": """
        clusters:
          - {name: one, provider: aws, region: eu-central-1, labels: {env: prod}}
          - {name: two, provider: google, region: us}
        """,
        "one.yaml": """
        kind: Cluster
        scope: cluster/one
        name: one
        spec: {domainSuffix: one.example.org}
        """,
        "two.yaml": """
        kind: Cluster
        scope: cluster/two
        name: two
        spec: {domainSuffix: two.example.org}
        """,
        "team.yaml": """
        kind: Team
        name: demo
        spec: {}
        ---
        kind: Service
        team: demo
        name: web
        spec:
          exposure: {type: public}
          placement: {selector: {env: prod}}
        """,
        "otomi.yaml": """
        kind: Settings
        name: otomi
        spec: {globalPullSecret: {username: u, password: SESAME}}
        """,
    ]

    private static let sampleValues = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/sample-values").path

    // MARK: - validate

    @Test func `what documents mean on each cluster is checked without a hub`() async throws {
        var files = Self.folder
        files["more.yaml"] = """
            kind: Settings
            name: otomi
            scope: cluster/two
            spec: {hasCloudLB: true, hasExternalDNS: true}
            """
        try await withTemporaryFolder(files) { folder in
            let outcome = await otomi("validate", folder, "-o", "json", environment: [:])
            #expect(outcome.status == .invalid)
            let report = try JSONValue(parsing: outcome.output)
            #expect(report["clusters"] == ["one", "two"])
            let faults = report["faults"]?.arrayValue ?? []
            #expect(faults.compactMap { $0["pointer"]?.stringValue } == ["/hasCloudLB", "/hasExternalDNS"])
            #expect(faults.allSatisfy { $0["file"]?.stringValue == "\(folder)/more.yaml" })
            #expect(outcome.error.contains("on aws and azure only, and the cluster is on 'google'"))
        }
    }

    @Test func `one URL for two services is a fault before anything is pushed`() async throws {
        var files = Self.folder
        files["again.yaml"] = """
            kind: Service
            team: demo
            name: shop
            spec: {exposure: {type: public, domain: shop.example.org, paths: [/a]}}
            ---
            kind: Service
            team: demo
            name: store
            spec: {exposure: {type: public, domain: shop.example.org, paths: [/a]}}
            """
        try await withTemporaryFolder(files) { folder in
            let outcome = await otomi("validate", folder, environment: [:])
            #expect(outcome.status == .invalid)
            #expect(outcome.error.contains("shop.example.org"))
        }
    }

    @Test func `a list of clusters that is wrong is named with its place`() async throws {
        var files = Self.folder
        files["clusters.yaml"] = """
            clusters:
              - {name: one, provider: moon}
              - {name: one, provider: aws, zone: a}
              - {provider: aws}
            """
        try await withTemporaryFolder(files) { folder in
            let outcome = await otomi("validate", folder, "-o", "json", environment: [:])
            #expect(outcome.status == .invalid)
            let faults = try JSONValue(parsing: outcome.output)["faults"]?.arrayValue ?? []
            #expect(
                faults.compactMap { $0["pointer"]?.stringValue } == [
                    "/clusters/0/provider", "/clusters/1/name", "/clusters/1/zone", "/clusters/2/name",
                ]
            )
        }
    }

    @Test func `a file of documents may be called clusters too`() async throws {
        var files = Self.folder
        files["clusters.yaml"] = files.removeValue(forKey: "one.yaml")
        try await withTemporaryFolder(files) { folder in
            let outcome = await otomi("validate", folder, "-o", "json", environment: [:])
            let report = try JSONValue(parsing: outcome.output)
            #expect(report["clusters"] == ["one", "two"])
        }
    }

    @Test func `the sample values have no faults`() async throws {
        let outcome = await otomi("validate", Self.sampleValues, environment: [:])
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(outcome.output.hasSuffix("documents have no faults.\n"))
    }

    // MARK: - template

    @Test func `every cluster is rendered to a file for each object, the same twice`() async throws {
        try await withTemporaryFolder(Self.folder) { folder in
            let out = "\(folder)/../\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: out) }
            let outcome = await otomi("template", folder, "--out", out, environment: [:])
            #expect(outcome.status == .success, "\(outcome.error)")
            let first = try Folder(reading: out)
            let paths = first.files.map(\.path)
            #expect(paths.contains("one/platform/_cluster/namespace-istio-system.yaml"))
            #expect(paths.contains("one/tenancy/demo/istio-system/ingress-web.team-demo.yaml"))
            #expect(!paths.contains("two/tenancy/demo/istio-system/ingress-web.team-demo.yaml"))
            #expect(paths.contains("two/tenancy/demo/_cluster/namespace-team-demo.yaml"))
            #expect(!paths.contains { $0.contains("/confidential/") })
            #expect(first.files.allSatisfy { !String(decoding: $0.bytes, as: UTF8.self).contains("SESAME") })
            #expect(outcome.error.contains("objects with secrets were left out"))
            #expect(await otomi("template", folder, "--out", out, environment: [:]).output == outcome.output)
            #expect(try Folder(reading: out).files == first.files)
        }
    }

    @Test func `secrets are written when they are asked for`() async throws {
        try await withTemporaryFolder(Self.folder) { folder in
            try await withTemporaryFolder([:]) { out in
                let outcome = await otomi("template", folder, "--out", out, "--show-secrets", environment: [:])
                #expect(outcome.status == .success, "\(outcome.error)")
                let paths = try Folder(reading: out).files.map(\.path)
                #expect(paths.contains { $0.hasPrefix("one/confidential/teams/team-demo/secret-") })
            }
        }
    }

    @Test func `files with secrets are their owner's alone`() async throws {
        try await withTemporaryFolder(Self.folder) { folder in
            try await withTemporaryFolder([:]) { parent in
                let out = "\(parent)/out"
                let outcome = await otomi("template", folder, "--out", out, "--show-secrets", environment: [:])
                #expect(outcome.status == .success, "\(outcome.error)")
                let paths = try FileManager.default.subpathsOfDirectory(atPath: out)
                #expect(paths.contains { $0.contains("/confidential/") })
                for path in [out] + paths.map({ "\(out)/\($0)" }) {
                    let attributes = try FileManager.default.attributesOfItem(atPath: path)
                    let mode = try #require(attributes[.posixPermissions] as? Int)
                    #expect(mode & 0o077 == 0, "\(path)")
                }
            }
        }
    }

    @Test func `what is stale goes, and what others put there stays`() async throws {
        try await withTemporaryFolder(Self.folder) { folder in
            try await withTemporaryFolder([:]) { out in
                #expect(await otomi("template", folder, "--out", out, environment: [:]).status == .success)
                try Data("mine".utf8).write(to: URL(filePath: "\(out)/two/notes.txt"))
                let outcome = await otomi("template", folder, "--out", out, "--cluster", "one", environment: [:])
                #expect(outcome.status == .success)
                let paths = try Folder(reading: out).files.map(\.path)
                #expect(paths.filter { $0.hasPrefix("two/") } == ["two/notes.txt"])
                #expect(paths.contains { $0.hasPrefix("one/") })
                #expect(!FileManager.default.fileExists(atPath: "\(out)/two/platform"))
            }
        }
    }

    @Test func `a folder of somebody else's is left alone`() async throws {
        try await withTemporaryFolder(Self.folder) { folder in
            try await withTemporaryFolder(["precious.txt": "x"]) { out in
                let outcome = await otomi("template", folder, "--out", out, environment: [:])
                #expect(outcome.status == .usage)
                #expect(outcome.error.contains("not empty"))
                let files = try Folder(reading: out).files
                #expect(files.map(\.path) == ["precious.txt"])
                #expect(
                    await otomi("template", folder, "--out", "\(out)/precious.txt", environment: [:]).status == .usage
                )
            }
        }
    }

    @Test func `an edited list of files leads nowhere else`() async throws {
        try await withTemporaryFolder(
            Self.folder.merging(["out/.otomi-template": "../one.yaml\n/etc/hosts\na//b\n"]) { $1 }
        ) {
            folder in
            let documents = try await copy(of: Self.folder, beside: folder)
            let outcome = await otomi("template", documents, "--out", "\(folder)/out", environment: [:])
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(FileManager.default.fileExists(atPath: "\(folder)/one.yaml"))
            #expect(outcome.output.contains("removed 0 stale ones"))
        }
    }

    @Test func `with a fault nothing is written`() async throws {
        var files = Self.folder
        files["bad.yaml"] = "kind: Settings\nname: otomi\nscope: cluster/two\nspec: {hasExternalIDP: true}\n"
        try await withTemporaryFolder(files) { folder in
            try await withTemporaryFolder([:]) { out in
                let outcome = await otomi("template", folder, "--out", out, environment: [:])
                #expect(outcome.status == .invalid)
                #expect(outcome.status.rawValue == 7)
                let files = try Folder(reading: out).files
                #expect(files == [])
            }
        }
    }

    @Test func `a cluster that is not there is named with those that are`() async throws {
        try await withTemporaryFolder(Self.folder) { folder in
            let outcome = await otomi(
                "template",
                folder,
                "--out",
                "\(folder)-out",
                "--cluster",
                "six",
                environment: [:]
            )
            #expect(outcome.status == .notFound)
            #expect(outcome.error.contains("known are one, two"))
        }
        try await withTemporaryFolder(["team.yaml": "kind: Team\nname: demo\n"]) { folder in
            let outcome = await otomi("template", folder, "--out", "\(folder)-out", environment: [:])
            #expect(outcome.status == .invalid)
            #expect(outcome.error.contains("names no cluster"))
        }
    }

    @Test func `objects of one kind's name and two groups are two files`() {
        func object(_ apiVersion: String, _ name: String) -> JSONValue {
            [
                "apiVersion": .string(apiVersion), "kind": "Service",
                "metadata": ["name": .string(name), "namespace": "team-demo"],
            ]
        }
        let layer = CompiledLayer(
            name: "team/demo",
            wave: .teams,
            objects: [object("v1", "web"), object("serving.knative.dev/v1", "web"), object("v1", "../up")]
        )
        #expect(
            RenderedFiles.files(of: layer, on: "one").keys.sorted() == [
                "one/team/demo/team-demo/service-.._up.yaml", "one/team/demo/team-demo/service-web.yaml",
                "one/team/demo/team-demo/service.serving.knative.dev-web.yaml",
            ]
        )
    }

    // MARK: - schema

    @Test func `the schema of whole documents is printed`() async throws {
        let outcome = await otomi("schema", "document", environment: [:])
        #expect(outcome.status == .success)
        let schema = try JSONValue(parsing: outcome.output)
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["properties"]?["spec"]?["type"] == "object")
        #expect(await otomi("schema", "document", "dns", environment: [:]).status == .notFound)
        #expect(await otomi("schema", "document", "-o", "name", environment: [:]).output == "document\n")
    }

    private func copy(of files: [String: String], beside folder: String) async throws -> String {
        let documents = "\(folder)/documents"
        try FileManager.default.createDirectory(atPath: documents, withIntermediateDirectories: true)
        for (path, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(documents)/\(path)")) }
        return documents
    }
}
