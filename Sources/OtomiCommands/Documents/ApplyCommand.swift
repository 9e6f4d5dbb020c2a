import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi apply`.
struct ApplyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Writes documents from files, all in one revision.",
        discussion: """
            Files are YAML or JSON with one document or several; a folder is read with the folders in it; - is standard \
            input. Every fault is found before anything is sent.
            """
    )

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("A file, a folder, or -; may be repeated.", valueName: "path"),
        completion: .file()
    )
    var files: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the revision.", valueName: "text"))
    var message: String?

    @Option(
        help: ArgumentHelp(
            "The revision that the change was made against; a document changed since then is a conflict.",
            valueName: "revision"
        )
    )
    var base: Int64?

    @Option(help: ArgumentHelp("Put the documents into this draft instead of committing them.", valueName: "name"))
    var draft: String?

    @Flag(help: "Check on the hub what would change, without changing it.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard !dryRun || draft == nil else { throw ValidationError("--dry-run is for revisions, not for --draft.") }
        guard dryRun || draft != nil || !(message ?? "").isEmpty else { throw ValidationError("Say why: -m MESSAGE.") }
    }

    func run(in session: Session) async throws {
        var loaded = try LoadedDocuments(reading: files, in: session)
        loaded.validate()
        let place = files.joined(separator: ", ")
        guard !loaded.hasErrors else { throw CommandFailure.invalid(loaded.faults, in: place) }
        guard !loaded.documents.isEmpty else {
            throw CommandFailure(.invalid, "there is no document in \(place); nothing was changed")
        }
        for warning in loaded.faults.sorted() { session.terminal.note(warning.lineWithSeverity) }
        if let draft { return try await collect(loaded.documents, in: draft, session) }
        let client = dryRun ? try session.hub(hub) : try await session.hub(hub, confirmation)
        let request = CommitRequest(message: message ?? "dry run", base: base, put: loaded.documents, dryRun: dryRun)
        let result = try await commit(request, client, loaded, in: session)
        try session.show(result, dryRun: dryRun, format: output.format)
    }

    /// Puts the documents into a draft.
    private func collect(_ documents: [Document], in name: String, _ session: Session) async throws {
        let client = try session.hub(hub)
        let patch = DraftPatch(message: message, base: base, put: documents)
        let draft = try await session.withProgress("changing draft \(name)") { _ in
            try await client.change(draft: name, patch)
        }
        try session.show(draft, output.format, "Draft \(name): \(draft.sizeText).")
    }

    /// Commits, and gives the faults that only the hub can see the files they are in.
    private func commit(
        _ request: CommitRequest,
        _ client: HubClient,
        _ loaded: LoadedDocuments,
        in session: Session
    ) async throws -> CommitResult {
        do {
            return try await session.withProgress("applying \(loaded.documents.count) documents") { _ in
                try await client.commit(request)
            }
        } catch let error as HubClientError {
            guard var problem = error.problem else { throw error }
            problem.errors = problem.errors.map(loaded.withFile)
            throw HubClientError(error.code, error.message, problem: problem)
        }
    }
}
