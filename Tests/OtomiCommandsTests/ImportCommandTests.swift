import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct ImportCommandTests {
    private static let repository = [
        "env/cluster.yaml": """
        cluster:
          name: demo
          provider: aws
          region: eu-central-1
          domainSuffix: demo.example.com
          k8sVersion: '1.22'
        """,
        "env/teams.yaml": """
        teamConfig:
          demo:
            id: demo
            oidc:
              groupMapping: some-group
        """,
        "env/teams/services.demo.yaml": """
        teamConfig:
          demo:
            services:
              - name: hello
                port: 80
                ownHost: true
                type: public
                ksvc:
                  image:
                    repository: otomi/nodejs-helloworld
                    tag: v1.2.12
                  resources:
                    limits: {cpu: 50m, memory: 64Mi}
                    requests: {cpu: 50m, memory: 64Mi}
        """,
        "env/empty.yaml": "", "README.md": "# values", ".git/config": "[core]",
    ]

    private static let result: JSONValue = [
        "revision": 1, "created": true, "unchanged": 0, "clusters": ["demo"],
        "changed": [["kind": "Team", "name": "demo", "change": "added"]],
    ]

    @Test("a repository becomes one request with its documents and clusters")
    func importing() async throws {
        try await withTemporaryFolder(Self.repository) { folder in
            let hub = FakeHub(["POST /api/v1/imports": [.json(Self.result)]])
            let outcome = await otomi("import", folder, "-m", "first", hub: hub)
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(hub.requests.count == 1)
            let body = try #require(hub.requests.first?.body)
            #expect(body["message"] == "first")
            #expect(body["clusters"]?[0]?["name"] == "demo")
            let kinds = Set(body["documents"]?.arrayValue?.compactMap { $0["kind"]?.stringValue } ?? [])
            #expect(kinds.isSuperset(of: ["Cluster", "Team", "Service"]))
            #expect(outcome.output.contains("Read 5 files of \(folder)."))
            #expect(outcome.output.contains("Clusters: demo aws eu-central-1."))
            #expect(outcome.output.contains("README.md"))
            #expect(outcome.output.hasSuffix("Revision 1: 1 added, 0 unchanged. Pending clusters: demo.\n"))
        }
    }

    @Test("importing again says that nothing changed")
    func again() async throws {
        try await withTemporaryFolder(Self.repository) { folder in
            let same: JSONValue = ["revision": 1, "created": false, "unchanged": 3, "clusters": [], "changed": []]
            let outcome = await otomi("import", folder, hub: FakeHub(["POST /api/v1/imports": [.json(same)]]))
            #expect(outcome.status == .success)
            #expect(outcome.output.hasSuffix("Nothing to change, still revision 1.\n"))
        }
    }

    @Test("with a fault nothing is sent, and every fault is named with its file")
    func faults() async throws {
        var files = Self.repository
        files["env/teams.yaml"] = "teamConfig: [\n"
        files["env/teams/services.demo.yaml"] = files["env/teams/services.demo.yaml"]?
            .replacingFirst("port: 80", with: "port: many")
        try await withTemporaryFolder(files) { folder in
            let hub = FakeHub()
            let outcome = await otomi("import", folder, "-o", "json", hub: hub)
            #expect(outcome.status == .invalid)
            #expect(hub.requests.isEmpty)
            #expect(outcome.error.contains("env/teams.yaml: no readable YAML: line "))
            #expect(outcome.error.contains("env/teams/services.demo.yaml"))
            let report = try JSONValue(parsing: outcome.output)
            #expect(report["result"] == .null)
            #expect((report["faults"]?.arrayValue?.count ?? 0) >= 2)
        }
    }

    @Test("a dry run needs no hub")
    func dryRun() async throws {
        try await withTemporaryFolder(Self.repository) { folder in
            let outcome = await otomi("import", folder, "--dry-run", environment: [:])
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(!outcome.output.contains("Revision"))
        }
    }

    @Test("a folder that holds no repository, a file, and nothing at all are refused")
    func noRepository() async throws {
        try await withTemporaryFolder(["notes.txt": "x"]) { folder in
            #expect(await otomi("import", folder).status == .invalid)
            #expect(await otomi("import", "\(folder)/notes.txt").status == .usage)
            #expect(await otomi("import", "\(folder)/nothing").status == .notFound)
        }
    }

    @Test("validate checks a repository and documents without a hub")
    func validate() async throws {
        try await withTemporaryFolder(Self.repository) { folder in
            let good = await otomi("validate", folder, environment: [:])
            #expect(good.status == .success, "\(good.error)")
        }
        try await withTemporaryFolder(["t.yaml": "kind: Team\nname: -bad\nspec: {colour: red}\n"]) { folder in
            let bad = await otomi("validate", folder, "-o", "json", environment: [:])
            #expect(bad.status == .invalid)
            let report = try JSONValue(parsing: bad.output)
            #expect(report["valid"] == false)
            #expect((report["faults"]?.arrayValue?.count ?? 0) >= 2)
        }
    }

    @Test("schemas are printed for kinds and for named settings")
    func schema() async throws {
        let team = try JSONValue(parsing: await otomi("schema", "team", environment: [:]).output)
        #expect(team["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        let names = await otomi("schema", "settings", "-o", "name", environment: [:]).output
        #expect(names.split(separator: "\n").contains("dns"))
        #expect(await otomi("schema", "settings", "dns", environment: [:]).status == .success)
        #expect(await otomi("schema", "settings", "weather", environment: [:]).status == .notFound)
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String, with other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: other)
        return copy
    }
}
