import ArgumentParser
import Bundles
import JSON

/// `otomi secrets keygen`.
struct SecretsKeygenCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Makes a key that an export's secrets can be sealed to.",
        discussion: "The file is for otomi import --secrets-key; the public key is for otomi-hub secrets export --to."
    )

    @Argument(
        help: ArgumentHelp("The file to make; only its owner can read it.", valueName: "file"),
        completion: .file()
    )
    var path: String

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let key = SealingKeyPair()
        try NewFile.write("\(Base64.encode(key.rawBytes))\n", to: path, mode: 0o600)
        let text = key.publicKey.base64
        try session.show(output.format ?? .table, json: ["file": .string(path), "key": .string(text)], names: [text]) {
            try session.terminal.line(text)
        }
    }
}
