import FleetTestSupport
import Foundation
import HTTPTransport
import TUFClient
import Testing

/// What `tuf-client` makes of repositories that python-tuf signs, in the cases of the public conformance suite and more.
@Suite(.enabled(if: PythonTUF.isInstalled, PythonTUF.missing)) struct RepositoryOfOthersTests {
    @Test func `every repository is taken or refused as the specification asks`() async throws {
        try await TemporaryFolder.with { folder in
            let scenarios = try await Scenario.all(in: folder)
            #expect(scenarios.count > 60)
            try await FileServer.running { server, url in
                let http = try HTTPClient()
                for scenario in scenarios { try await scenario.play(server, url, http) }
                await http.shutDown()
            }
        }
    }

    @Test func `the program does it too: init, refresh and download, and exit codes that say how it went`() async throws
    {
        try await TemporaryFolder.with { folder in
            let scenario = try #require(
                try await Scenario.all(in: folder).first { $0.testDescription == "target_search" }
            )
            try await FileServer.running { server, url in
                server.serve(try scenario.files(atStep: 1))
                @Sendable func run(_ arguments: String...) async throws -> Program.Output {
                    let metadata = ["--metadata-dir", folder.appending(path: "m").path]
                    return try await Program.run("tuf-client", metadata + arguments, in: folder)
                }
                let repository = ["--metadata-url", "\(url)/metadata"]
                let early = try await run("--metadata-url", "\(url)/metadata", "refresh")
                #expect(early.status == 1)
                #expect(early.standardError.contains("holds no root.json"))
                #expect(server.requests.isEmpty)
                let root = scenario.folder.appending(path: "initial_root.json").path
                #expect(try await run("init", root).status == 0)
                #expect(server.requests.isEmpty)
                let refreshed = try await run(repository[0], repository[1], "refresh")
                #expect(refreshed.status == 0, "\(refreshed.standardError)")
                for (target, status) in [("README.md", Int32(0)), ("nowhere", 1)] {
                    let output = try await run(
                        repository[0],
                        repository[1],
                        "--target-name",
                        target,
                        "--target-base-url",
                        "\(url)/targets",
                        "--target-dir",
                        folder.appending(path: "t").path,
                        "download"
                    )
                    #expect(output.status == status, "\(output.standardError)")
                    #expect(output.standardOutput == "")
                }
                let file = try Data(contentsOf: folder.appending(path: "t/README.md"))
                #expect(String(decoding: file, as: UTF8.self) == "by A")
            }
        }
    }

    @Test func `damaged files in the folder are fetched again, and a damaged root is not replaced`() async throws {
        try await TemporaryFolder.with { folder in
            let scenario = try #require(
                try await Scenario.all(in: folder).first { $0.testDescription == "target_search" }
            )
            let root = Array(try Data(contentsOf: scenario.folder.appending(path: "initial_root.json")))
            try await FileServer.running { server, url in
                server.serve(try scenario.files(atStep: 1))
                let http = try HTTPClient()
                let metadata = folder.appending(path: "m")
                let directory = MetadataDirectory(metadata)
                try directory.initialize(trusting: root)
                let client = TUFClient(
                    directory,
                    repository: RemoteRepository("\(url)/metadata", client: http),
                    now: Int64(Date().timeIntervalSince1970)
                )
                try await client.refresh()
                for name in ["timestamp", "snapshot", "targets"] {
                    let file = metadata.appending(path: "\(name).json")
                    let honest = try Data(contentsOf: file)
                    for damaged in [Data(), Data("{}".utf8), honest.prefix(honest.count / 2), Data("x".utf8) + honest] {
                        try damaged.write(to: file)
                        try await client.refresh()
                        #expect(try Data(contentsOf: file) == honest)
                    }
                }
                try Data("{}".utf8).write(to: metadata.appending(path: "root.json"))
                server.serve(try scenario.files(atStep: 1))
                await #expect(throws: (any Error).self) { try await client.refresh() }
                #expect(server.requests.isEmpty)
                await http.shutDown()
            }
        }
    }
}
