import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi import`.
struct ImportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads an Otomi values repository (v0.15, v0.16) into documents, all in one revision.",
        discussion: """
            Says what was taken, what could not be placed and why. With a fault nothing is sent. Importing the same \
            repository again makes no second revision.
            """
    )

    @Argument(help: ArgumentHelp("The folder of the repository.", valueName: "dir"), completion: .directory)
    var folder: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the revision.", valueName: "text"))
    var message: String?

    @Flag(help: "Read and report only; no hub is needed.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let path = folder
        let repository = try await session.withProgress("reading \(path)") { _ in try ValuesRepository(reading: path) }
        let plan = repository.plan
        var report = ImportReport(folder: folder, fileCount: repository.fileCount, plan: plan, result: nil)
        guard !plan.hasErrors else {
            try session.show(report, format: output.format)
            throw CommandFailure.invalid(plan.faults, in: folder)
        }
        if !dryRun {
            let client = try await session.hub(hub, confirmation)
            let request = ImportRequest(
                message: message ?? "Import \(folder.split(separator: "/").last.map(String.init) ?? folder)",
                documents: plan.documents,
                clusters: plan.clusters.map(NewCluster.init)
            )
            report.result = try await session.withProgress("importing \(plan.documents.count) documents") { _ in
                try await client.importRepository(request)
            }
        }
        for warning in plan.faults { session.terminal.note(warning.lineWithSeverity) }
        try session.show(report, format: output.format)
    }
}

extension NewCluster {
    /// The cluster that a repository describes.
    init(_ cluster: ImportedCluster) {
        self.init(
            name: cluster.name,
            provider: cluster.provider,
            region: cluster.region,
            labels: cluster.labels,
            domain: cluster.domain
        )
    }
}
