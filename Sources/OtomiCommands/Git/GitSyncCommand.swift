import ArgumentParser
import HubAPI
import JSON

/// `otomi git sync`.
struct GitSyncCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Has the hub look at the branch now, and waits until it has.",
        discussion: "Exit code 9 when a person must act first, 8 when time runs out."
    )

    @Option(help: ArgumentHelp("How long to wait at most: 60s, 2m; 0s does not wait.", valueName: "time"))
    var timeout = DurationText(.seconds(60))

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    private static let pause: Duration = .milliseconds(500)

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        var mirror = try await session.withProgress("asking") { _ in try await client.syncGitMirror() }
        if timeout.duration > .zero {
            let end = session.time.elapsed() + timeout.duration
            mirror = try await session.withProgress("waiting for the hub to look at the branch") { [mirror] _ in
                try await Self.settled(mirror, client, until: end, session.time)
            }
        }
        try session.show(mirror, format: output.format)
        if mirror.state == "halted" {
            throw CommandFailure(.held, "the mirror stands still until a person acts")
        }
    }

    /// Asks until the branch was looked at once more than when it was asked for.
    private static func settled(
        _ asked: GitMirrorStatus,
        _ client: HubClient,
        until end: Duration,
        _ time: TimeSource
    ) async throws -> GitMirrorStatus {
        while true {
            let mirror = try await client.gitMirror()
            if mirror.checkedAt != asked.checkedAt { return mirror }
            guard time.elapsed() < end else {
                throw CommandFailure(
                    .timeout,
                    "the hub has not looked at the branch yet\(mirror.reason.map { ": \($0)" } ?? "")"
                )
            }
            try await time.sleep(pause)
        }
    }
}
