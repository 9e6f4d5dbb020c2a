import ArgumentParser
import HubAPI
import JSON

/// `otomi trust rotate`.
struct TrustRotateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replaces the keys of roles.",
        discussion: """
            The hub makes the new keys of targets, snapshot and timestamp. The root's are those of the files; with --online \
            the hub makes that one too. When a key of the hub was stolen, replace those of all three at once: \
            otomi trust rotate targets snapshot timestamp
            """
    )

    @Argument(help: "root, targets, snapshot or timestamp; several at once.")
    var roles: [String]

    @Flag(help: "The hub makes the root's key and keeps it.")
    var online = false

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("A person's public key for the root; once for each person.", valueName: "file.pub"),
        completion: .file(extensions: ["pub"])
    )
    var keys: [String] = []

    @Option(help: ArgumentHelp("How many of these people must sign.", valueName: "n"))
    var threshold: Int?

    @OptionGroup var options: TrustChangeOptions

    func validate() throws {
        let people = !keys.isEmpty
        guard !(people && online) else { throw ValidationError("--online and --key exclude each other") }
        guard people == (threshold != nil) else { throw ValidationError("--key and --threshold belong together") }
        guard roles.contains("root") == (people || online) else {
            throw ValidationError(
                "the role root needs --key and --threshold, or --online; the other roles take neither"
            )
        }
    }

    func run(in session: Session) async throws {
        let listed = try keys.map { try TrustKeyFile.publicKey(at: $0) }
        var change = TrustChangeRequest()
        for role in roles {
            change.roles[role] = role == "root" ? .init(keys: listed, threshold: threshold ?? 1) : .init()
        }
        try await options.draft(change, "Replace the keys of \(roles.joined(separator: ", "))?", in: session)
    }
}
