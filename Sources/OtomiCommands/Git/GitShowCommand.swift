import ArgumentParser
import HubAPI
import JSON

/// `otomi git show`.
struct GitShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows where the values are mirrored to, how far that is, and what is in its way."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let mirror = try await session.withProgress("reading the Git mirror") { _ in try await client.gitMirror() }
        try session.show(mirror, format: output.format)
    }
}

extension Session {
    /// Prints how the mirror fares.
    ///
    /// - Throws: `CommandFailure` when standard output cannot be written.
    func show(_ mirror: GitMirrorStatus, format: OutputFormat?) throws {
        try show(format ?? .table, json: mirror.json, names: [mirror.url]) {
            for line in mirror.lines(now: time.unixSeconds()) { try terminal.line(line) }
        }
    }
}

extension GitMirrorStatus {
    /// What a person wants to know of it, line by line.
    func lines(now: Int64) -> [String] {
        let way = direction == "both" ? "pushes to it become revisions" : "pushes to it are not taken in"
        let identity =
            switch credential {
            case "password": "as \(username ?? "")"
            case "key": "with a key"
            default: "without a credential"
            }
        var lines = ["\(url), branch \(branch), \(identity); \(way)."]
        let behind = latestRevision - revision
        let place = commit.map { " (commit \($0.prefix(10)))" } ?? ""
        let lag = behind > 0 ? ", \(behind) behind the hub" : ""
        lines.append("Revision \(revision)\(place)\(lag).")
        let age = Age.text(since: since, now: now)
        lines.append("\(state.prefix(1).uppercased())\(state.dropFirst()) for \(age)\(reason.map { ": \($0)" } ?? ".")")
        if let checkedAt { lines.append("Last looked at \(Age.text(since: checkedAt, now: now)) ago.") }
        return lines
    }
}
