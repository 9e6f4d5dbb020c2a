import ArgumentParser
import Glibc
import HubGit
import HubHTTP
import HubStore
import Logging

/// What is allowed of the repository that the values are mirrored to; which one it is, is set up over the API.
struct GitOptions: ParsableArguments {
    @Flag(
        name: .customLong("git-folders"),
        help: "Let the values be mirrored to a repository in a folder of this machine (file://)."
    )
    var allowsFolders = false

    /// What keeps the repository and the values the same, with its own repository in `folder`.
    func service(_ store: HubStore, events: StoreEvents, folder: String, logger: Logger) -> GitMirrorService {
        var options = GitMirrorService.Options()
        options.allowsFolders = allowsFolders
        for name in Self.passed { options.environment[name] = getenv(name).map { String(cString: $0) } }
        let commits = PushedCommits(store: store)
        return GitMirrorService(
            store: store,
            events: events,
            folder: folder,
            runner: String(UInt64.random(in: .min ... .max), radix: 36),
            options: options,
            logger: logger,
            commitPush: { try await commits.commit($0) }
        )
    }

    /// What `git` needs of the hub's environment: where programs are, and the way out.
    private static let passed = [
        "PATH", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    ]
}
