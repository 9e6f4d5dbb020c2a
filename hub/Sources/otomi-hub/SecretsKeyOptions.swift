import ArgumentParser
import Glibc
import HubStore

/// Where the key-encryption key comes from: a program, the environment, a file; in this order.
struct SecretsKeyOptions: ParsableArguments {
    static let variable = "OTOMI_SECRETS_KEY"

    @Option(
        help: ArgumentHelp(
            "The file with the key that wraps the keys of secrets; DIR/secrets.key unless said otherwise.",
            discussion: "OTOMI_SECRETS_KEY, the base64 of 32 bytes, takes the place of a file.",
            valueName: "file"
        )
    )
    var secretsKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "A program that wraps and unwraps the keys of secrets, such as one that asks a key management service.",
            discussion: "It is called with 'wrap' or 'unwrap' as last argument; base64 on standard input and output.",
            valueName: "program"
        )
    )
    var kmsCommand: String?

    func validate() throws {
        if kmsCommand != nil, secretsKeyFile != nil {
            throw ValidationError("--kms-command and --secrets-key-file exclude each other.")
        }
    }

    /// - Throws: `StoreError` that names the source.
    func key(inFolder directory: String) throws(StoreError) -> KeyEncryptionKey {
        if let kmsCommand { return KeyEncryptionKey(command: try KeyCommand(kmsCommand)) }
        if let secretsKeyFile { return try KeyEncryptionKey.file(secretsKeyFile) }
        if let text = getenv(Self.variable) {
            return try KeyEncryptionKey(base64: String(cString: text), named: Self.variable)
        }
        return try KeyEncryptionKey.file("\(directory)/secrets.key")
    }
}
