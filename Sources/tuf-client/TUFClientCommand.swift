import ArgumentParser
import Foundation
import HTTPTransport
import TUFClient

/// The interface by which public conformance suites drive a TUF client.
@main
struct TUFClientCommand: AsyncParsableCommand {
    enum Action: String, ExpressibleByArgument {
        case `init`, refresh, download
    }

    static let configuration = CommandConfiguration(
        commandName: "tuf-client",
        abstract: "Reads a TUF repository with the verifier that agents use."
    )

    @Option(help: "The folder with the trusted metadata.")
    var metadataDir: String

    @Option(name: .customLong("metadata-url"), help: "The URL below which the repository has its metadata.")
    var metadataURL: String?

    @Option(help: "The target to download.")
    var targetName: String?

    @Option(name: .customLong("target-base-url"), help: "The URL below which the repository has its targets.")
    var targetBaseURL: String?

    @Option(help: "The folder into which targets are downloaded.")
    var targetDir: String?

    @Argument(help: "init ROOT trusts a root file; refresh updates the metadata; download fetches a target.")
    var action: Action

    @Argument(help: "The root file to begin with.")
    var root: String?

    mutating func validate() throws {
        if action == .`init`, root == nil { throw ValidationError("init needs the file of a trusted root") }
        if action != .`init`, metadataURL == nil { throw ValidationError("\(action) needs --metadata-url") }
        if action == .download, targetName == nil || targetBaseURL == nil || targetDir == nil {
            throw ValidationError("download needs --target-name, --target-base-url and --target-dir")
        }
    }

    mutating func run() async throws {
        do {
            try await perform()
        } catch {
            FileHandle.standardError.write(Data("tuf-client: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }

    private func perform() async throws {
        let directory = MetadataDirectory(URL(filePath: metadataDir))
        if action == .`init` {
            return try directory.initialize(trusting: Array(try Data(contentsOf: URL(filePath: root ?? ""))))
        }
        let http = try HTTPClient(configuration: HTTPClient.Configuration(userAgent: "otomi-tuf-client"))
        let client = TUFClient(
            directory,
            repository: RemoteRepository(metadataURL ?? "", client: http),
            now: Int64(Date().timeIntervalSince1970)
        )
        if action == .refresh {
            try await client.refresh()
        } else {
            try await client.download(
                targetName ?? "",
                from: RemoteRepository(targetBaseURL ?? "", client: http),
                into: TargetDirectory(URL(filePath: targetDir ?? ""))
            )
        }
        await http.shutDown()
    }
}
