import Logging
import ArgumentParser
import Bundles
import Glibc
import HubStore
import JSON
import Observability
import Values

/// `otomi-hub secrets export`: the secrets of the values, for the owner of a key.
struct ExportSecrets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the secrets of the values, sealed to a key of yours, to standard output.",
        discussion: """
            otomi export writes everything else. The API gives secrets to nobody, so this needs what the hub itself needs: \
            its data directory or database, and its key. otomi secrets keygen makes the key, otomi import takes the file. \
            A hub with a private PostgreSQL must be stopped for the moment that this takes.
            """
    )

    @Option(help: ArgumentHelp("The hub's data directory.", valueName: "dir"))
    var dataDir: String

    @Option(help: ArgumentHelp("The hub's PostgreSQL, when it is not its private one.", valueName: "url"))
    var databaseURL: String?

    @OptionGroup var current: SecretsKeyOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("The public key, as otomi secrets keygen prints it.", valueName: "key")
    )
    var recipient: String

    @Option(help: ArgumentHelp("The secrets as they were at this revision.", valueName: "number"))
    var revision: Int64?

    func validate() throws {
        guard SealingPublicKey(base64: recipient) != nil else {
            throw ValidationError("--to is no public key: give what otomi secrets keygen prints.")
        }
    }

    func run() async throws {
        LogOutput.bootstrap(level: .warning, format: .text)
        do {
            guard let key = SealingPublicKey(base64: recipient) else { throw ExitCode.failure }
            let encryptionKey = try current.key(inFolder: dataDir)
            let revision = self.revision
            let secrets = try await OfflineStore(dataDir: dataDir, databaseURL: databaseURL).withPool { pool in
                try await HubStore.open(pool: pool, keyEncryptionKey: encryptionKey)
                    .exportSecrets(to: key, at: revision)
            }
            let json: JSONValue = ["key": .string(key.base64), "secrets": secrets.json]
            print(json.prettyText, terminator: "")
        } catch {
            StartFailure.write("otomi-hub: \(StartFailure.describe(error, listen: ListenAddress(host: "", port: 0)))")
            throw ExitCode.failure
        }
    }
}
