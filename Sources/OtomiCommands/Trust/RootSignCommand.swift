import ArgumentParser
import Bundles
import HubAPI

/// `otomi trust root sign`.
struct RootSignCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Shows the draft of the next root, signs it, and sends the signature.",
        discussion: """
            With --in and --out no hub is asked: the draft comes from a file that otomi trust root fetch made, and goes to \
            a file that otomi trust root publish sends. So the key never meets a network.
            """
    )

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("The private key to sign with; several sign at once.", valueName: "file"),
        completion: .file()
    )
    var keys: [String]

    @Option(name: .customLong("in"), help: ArgumentHelp("The draft to sign.", valueName: "file"), completion: .file())
    var input: String?

    @Option(
        help: ArgumentHelp("Where the signed draft goes, instead of the hub.", valueName: "file"),
        completion: .file()
    )
    var out: String?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard input == nil || out != nil else { throw ValidationError("--in needs --out: no hub is asked then") }
    }

    func run(in session: Session) async throws {
        let signers = try keys.map { try TrustKeyFile.signingKey(at: $0) }
        var file: DraftFile
        if let input {
            file = try DraftFile(reading: input)
        } else {
            file = try DraftFile(try await session.hub(hub).trust())
        }
        session.terminal.note(file.explanation)
        try session.confirm("Sign root \(file.draft.next.version)?", yes: yes)
        for key in signers { try file.sign(with: key) }
        if let out {
            try file.write(to: out)
            return try session.terminal.line(
                "The signed draft is in \(out). Send it: otomi trust root publish --in \(out)"
            )
        }
        let trust = try await session.hub(hub, confirmation).signRoot(file.signatures)
        try session.terminal.line(trust.outcome(now: session.time.unixSeconds()))
    }
}
