import ArgumentParser
import HubStore
import Logging
import Observability

/// `otomi-hub secrets rotate-key`: another key-encryption key.
struct RotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Wrap the data keys under a new key-encryption key.",
        discussion: """
            Hubs that run go on with the keys they have in memory; start them with the new key afterwards, one after the \
            other. A hub with a private PostgreSQL must be stopped for the moment that this takes. To change the data keys \
            themselves: otomi secrets rotate.
            """
    )

    @Option(help: ArgumentHelp("The hub's data directory.", valueName: "dir"))
    var dataDir: String

    @Option(help: ArgumentHelp("The hub's PostgreSQL, when it is not its private one.", valueName: "url"))
    var databaseURL: String?

    @OptionGroup var current: SecretsKeyOptions

    @Option(help: ArgumentHelp("The file with the new key; made when it is not there.", valueName: "file"))
    var newKeyFile: String?

    @Option(help: ArgumentHelp("The program that wraps under the new key.", valueName: "program"))
    var newKMSCommand: String?

    func validate() throws {
        guard (newKeyFile == nil) != (newKMSCommand == nil) else {
            throw ValidationError("Say where the new key is: --new-key-file or --new-kms-command.")
        }
    }

    func run() async throws {
        LogOutput.bootstrap(level: .warning, format: .text)
        do {
            let old = try current.key(inFolder: dataDir)
            let new = try newKey()
            let count = try await OfflineStore(dataDir: dataDir, databaseURL: databaseURL).withPool { pool in
                try await HubStore.changeKeyEncryptionKey(in: pool, from: old, to: new)
            }
            print("\(count) data keys are wrapped under the new key. Start the hub with \(option) from now on.")
        } catch {
            StartFailure.write("otomi-hub: \(StartFailure.describe(error, listen: ListenAddress(host: "", port: 0)))")
            throw ExitCode.failure
        }
    }

    private var option: String {
        if let newKeyFile { "--secrets-key-file \(newKeyFile)" } else { "--kms-command '\(newKMSCommand ?? "")'" }
    }

    private func newKey() throws(StoreError) -> KeyEncryptionKey {
        if let newKeyFile { return try KeyEncryptionKey.file(newKeyFile) }
        return KeyEncryptionKey(command: try KeyCommand(newKMSCommand ?? ""))
    }
}
