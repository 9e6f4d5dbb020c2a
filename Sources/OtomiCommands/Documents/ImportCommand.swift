import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi import`.
struct ImportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads an export, or an Otomi values repository (v0.15, v0.16), all in one revision.",
        discussion: """
            Says what was taken, what could not be placed and why. With a fault nothing is sent. Importing the same \
            folder again makes no second revision. An export has markers for secrets, which only the hub that wrote them \
            understands: for another hub give --secrets and --secrets-key, or --without-secrets and write them afterwards.
            """
    )

    @Argument(
        help: ArgumentHelp("The folder of the export or the repository.", valueName: "dir"),
        completion: .directory
    )
    var folder: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the revision.", valueName: "text"))
    var message: String?

    @Flag(help: "Read and report only; no hub is needed.")
    var dryRun = false

    @Option(
        name: .customLong("secrets"),
        help: ArgumentHelp("What otomi-hub secrets export wrote, with the export's secrets.", valueName: "file"),
        completion: .file()
    )
    var secretsFile: String?

    @Option(help: ArgumentHelp("The key that the secrets are sealed to.", valueName: "file"), completion: .file())
    var secretsKey: String?

    @Flag(help: "Leave out the secrets of an export that are markers, and name them.")
    var withoutSecrets = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (secretsFile == nil) == (secretsKey == nil) else {
            throw ValidationError("--secrets and --secrets-key go together.")
        }
    }

    func run(in session: Session) async throws {
        var report = try await session.withProgress("reading \(folder)") { _ in try read(in: session) }
        let plan = report.plan
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

extension ImportCommand {
    private func read(in session: Session) throws -> ImportReport {
        if try !ValuesRepository.isRepository(folder), try ExportedTree.isOne(folder) {
            var secrets: SecretsFile?
            if let secretsFile, let secretsKey { secrets = try SecretsFile(at: secretsFile, key: secretsKey) }
            let tree = try ExportedTree(
                reading: folder,
                secrets: secrets,
                leavingOutSecrets: withoutSecrets,
                in: session
            )
            return ImportReport(folder: folder, fileCount: tree.fileCount, plan: tree.plan, result: nil)
        }
        let repository = try ValuesRepository(reading: folder)
        return ImportReport(folder: folder, fileCount: repository.fileCount, plan: repository.plan, result: nil)
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
