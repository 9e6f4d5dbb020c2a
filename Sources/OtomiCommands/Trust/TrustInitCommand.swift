import ArgumentParser
import HubAPI
import JSON

/// `otomi trust init`.
struct TrustInitCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Takes the root's keys out of the hub: from then on people sign every change of trust.",
        discussion: """
            Drafts the next root, in which the keys of the role root are those of the files. The hub signs it with its own; \
            so many people as the threshold says must sign it too (otomi trust root sign). When it is published the hub \
            forgets its own key of the role.
            """
    )

    @Option(help: ArgumentHelp("How many people must sign.", valueName: "n"))
    var threshold: Int

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("A person's public key; once for each person.", valueName: "file.pub"),
        completion: .file(extensions: ["pub"])
    )
    var keys: [String]

    @OptionGroup var options: TrustChangeOptions

    func run(in session: Session) async throws {
        let listed = try keys.map { try TrustKeyFile.publicKey(at: $0) }
        let people = listed.count == 1 ? "1 key" : "\(listed.count) keys"
        try await options.draft(
            TrustChangeRequest(roles: ["root": .init(keys: listed, threshold: threshold)]),
            "Draft a root that \(threshold) of \(people) must sign?",
            in: session
        )
    }
}
