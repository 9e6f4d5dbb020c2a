import ArgumentParser
import HubAPI
import JSON

/// `otomi recovery root`.
struct RecoveryRootCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "root",
        abstract: "Gives the hub a root of trust that its database lost.",
        discussion: """
            A root is signed by the keys of the one before, so that it needs no trust in where it comes from: the file \
            root.json in the data directory of the hub, a copy of the ceremony, an agent's state. Several are given one after \
            another, the oldest first.
            """
    )

    private static let limit = 512 << 10

    @Argument(help: "The signed root.", completion: .file())
    var file: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        guard let root = try? JSONValue(parsing: FileReader.read(file, limit: Self.limit)) else {
            throw CommandFailure(.invalid, "\(file) is no root of trust: it is not JSON")
        }
        let status = try await client.addLostRoot(root)
        try session.show(output.format ?? .table, json: status.json, names: []) {
            let more = status.lostRoot.map { "; agents trust root \($0): give the next one" } ?? ""
            try session.terminal.line("The hub has the root\(more).")
        }
    }
}
