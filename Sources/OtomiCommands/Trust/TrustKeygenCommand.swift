import ArgumentParser
import Bundles

/// `otomi trust keygen`.
struct TrustKeygenCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Makes a key for a person, without asking a hub.",
        discussion: """
            FILE holds the private half and is readable by its owner alone; it belongs on a medium that is kept in a safe. \
            FILE.pub holds the public half, which is what otomi trust init takes.
            """
    )

    @Argument(help: "Where the key goes.", completion: .file())
    var file: String

    func run(in session: Session) async throws {
        let key = SigningKey()
        try TrustKeyFile.make(key, at: file)
        try session.terminal.line("Key \(key.keyID)")
        try session.terminal.line(
            "\(file) is the private half: keep it off this machine. \(file).pub is the public half."
        )
    }
}
