import ArgumentParser
import HubAPI
import JSON

/// `otomi git set`.
struct GitSetCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Sets up the repository that the values are mirrored to.",
        discussion: """
            Over HTTPS the hub signs in with --username and a password or token, over SSH with a key and the server's host \
            keys. What is given here replaces what was there; without --password-file, --key-file and --anonymous the hub \
            keeps the credential that it has, for the same address only.

            Whoever may push to the branch may change the values, unless --direction mirror is given.
            """
    )

    @Argument(help: ArgumentHelp("https://HOST/PATH or ssh://USER@HOST/PATH.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("The branch; it need not exist yet.", valueName: "name"))
    var branch = "main"

    @Option(help: ArgumentHelp("both: pushes become revisions; mirror: they are not taken in.", valueName: "way"))
    var direction = "both"

    @Option(help: ArgumentHelp("For HTTPS: whom the password or token belongs to.", valueName: "name"))
    var username: String?

    @Option(
        help: ArgumentHelp("For HTTPS: a file with the password or token; - is standard input.", valueName: "path"),
        completion: .file()
    )
    var passwordFile: String?

    @Option(
        help: ArgumentHelp("For SSH: a file with a private key without a passphrase.", valueName: "path"),
        completion: .file()
    )
    var keyFile: String?

    @Flag(help: "The hub shows no credential, and forgets the one that it has.")
    var anonymous = false

    @Option(
        help: ArgumentHelp("For SSH: a file with the server's keys, as ssh-keyscan prints them.", valueName: "path"),
        completion: .file()
    )
    var knownHosts: String?

    @Option(
        help: ArgumentHelp("For HTTPS: a PEM file of authorities besides the hub's own.", valueName: "path"),
        completion: .file()
    )
    var remoteCaFile: String?

    @Option(
        help: ArgumentHelp("Addresses of authors: {name}@example.com, for instance.", valueName: "pattern")
    )
    var emailPattern: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    private static let fileLimit = 256 << 10

    func validate() throws {
        guard [passwordFile != nil, keyFile != nil, anonymous].count(where: { $0 }) <= 1 else {
            throw ValidationError("Give one of --password-file, --key-file and --anonymous.")
        }
        guard passwordFile == nil || username != nil else {
            throw ValidationError("Say whose password it is: --username NAME.")
        }
    }

    func run(in session: Session) async throws {
        var request = GitMirrorRequest(
            url: url,
            branch: branch,
            direction: direction,
            username: username,
            isAnonymous: anonymous,
            emailPattern: emailPattern
        )
        if let passwordFile {
            let text = try text(of: passwordFile, in: session)
            request.password = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        }
        if let keyFile { request.key = try text(of: keyFile, in: session) }
        if let knownHosts { request.knownHosts = try text(of: knownHosts, in: session) }
        if let remoteCaFile { request.certificateAuthorities = try text(of: remoteCaFile, in: session) }
        let client = try await session.hub(hub, confirmation)
        let wanted = request
        let mirror = try await session.withProgress("setting up the Git mirror") { _ in
            try await client.setGitMirror(wanted)
        }
        try session.show(output.format ?? .table, json: mirror.json, names: [mirror.url]) {
            try session.terminal.line(
                "The values are mirrored to \(mirror.url), branch \(mirror.branch), from now on. See otomi git show"
            )
        }
    }

    private func text(of path: String, in session: Session) throws -> String {
        let bytes =
            path == "-"
            ? try session.terminal.readAll(Self.fileLimit) : try FileReader.read(path, limit: Self.fileLimit)
        return String(decoding: bytes, as: UTF8.self)
    }
}
