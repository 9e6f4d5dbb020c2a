import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi git pushes`.
struct GitPushesCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "pushes",
        abstract: "Lists what people pushed to the mirrored branch and what became of it, or says why one was refused.",
        discussion: "With a commit the exit code is 7 when that commit was refused."
    )

    @Argument(help: "A commit, or the beginning of its id.")
    var commit: String?

    @Option(help: ArgumentHelp("How many to list.", valueName: "number"))
    var limit = 20

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        if let commit {
            let push = try await session.withProgress("reading the push") { _ in try await client.gitPush(commit) }
            try session.show(output.format ?? .table, json: push.json, names: [push.commit]) {
                for line in push.lines { try session.terminal.line(line) }
            }
            guard push.state != "refused" else {
                throw CommandFailure(.invalid, "commit \(push.commit.prefix(10)) is not in the values")
            }
            return
        }
        let count = min(max(limit, 1), 500)
        let pushes = try await session.withProgress("reading the pushes") { _ in
            try await client.gitPushes(limit: count)
        }
        try session.show(output.format ?? .table, json: pushes.json, names: pushes.map(\.commit)) {
            var table = Table("COMMIT", "STATE", "REVISION", "AUTHOR", "SAYS")
            for push in pushes {
                table.add(
                    .init(String(push.commit.prefix(10))),
                    .init(push.state),
                    .init(push.revision.map(String.init) ?? "-"),
                    .init(push.authorEmail),
                    .init(push.subject)
                )
            }
            try session.show(table, otherwise: "Nobody has pushed a change of the values.")
        }
    }
}

extension GitPushEntry {
    /// What became of it, and why.
    fileprivate var lines: [String] {
        var lines = ["\(commit) by \(authorName) <\(authorEmail)>", "  \(subject)"]
        switch state {
        case "taken": lines.append(revision.map { "It is revision \($0)." } ?? "It changes no document.")
        case "corrected":
            lines.append(
                "It was refused, and commit \(correctedBy.map { String($0.prefix(10)) } ?? "later") put it right."
            )
        default: lines.append("It was refused: \(detail ?? "no reason was noted").")
        }
        lines += errors.sorted().map { "  \($0)" }
        for conflict in conflicts {
            lines.append(
                "  \(conflict.document) was changed by \(conflict.author) in revision \(conflict.revision) too:"
            )
            lines.append("    the push: \(conflict.yours?.compactText ?? "removed")")
            lines.append("    the hub:  \(conflict.theirs?.compactText ?? "removed")")
        }
        if let hint { lines.append(hint) }
        return lines.map(\.printableLines)
    }
}
