import ArgumentParser
import JSON
import Values

/// `otomi validate`.
struct ValidateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks documents or a values repository without a hub; every fault at once.",
        discussion: "Exit code 7 when there are faults."
    )

    @Argument(help: "A file, a folder, or - for standard input.", completion: .file())
    var path = "."

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let (count, faults) = try check(session)
        let isValid = !faults.contains { $0.severity == .error }
        let json: JSONValue = ["documents": count.json, "faults": faults.json, "valid": .bool(isValid)]
        try session.show(output.format ?? .table, json: json, names: faults.map(\.lineWithSeverity)) {
            for warning in faults where isValid { session.terminal.note(warning.lineWithSeverity) }
            if isValid {
                try session.terminal.line("\(count) \(count == 1 ? "document has" : "documents have") no faults.")
            }
        }
        guard isValid else { throw CommandFailure.invalid(faults, in: path) }
    }

    private func check(_ session: Session) throws -> (documents: Int, faults: [Fault]) {
        if path != "-", try ValuesRepository.isRepository(path) {
            let plan = try ValuesRepository(reading: path).plan
            return (plan.documents.count, plan.faults.sorted())
        }
        var loaded = try LoadedDocuments(reading: [path], in: session)
        loaded.validate()
        guard !loaded.documents.isEmpty || !loaded.faults.isEmpty else {
            throw CommandFailure(.invalid, "there is no document in \(path)")
        }
        let across = Validator.faults(across: loaded.documents).map(loaded.withFile)
        var seen: Set<Fault> = []
        return (loaded.documents.count, (loaded.faults + across).filter { seen.insert($0).inserted }.sorted())
    }
}
