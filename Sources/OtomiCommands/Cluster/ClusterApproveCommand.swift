import ArgumentParser
import HubAPI

/// `otomi cluster approve`.
struct ClusterApproveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Lets the agent in that waits for it, or ends a quarantine.",
        discussion: """
            Compare the fingerprint with the one in the agent's log first. With --fingerprint nothing is asked, and nothing \
            is approved when another key waits: the exit code is 4 then.
            """
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Option(help: ArgumentHelp("The id of the key that is expected.", valueName: "id"))
    var fingerprint: String?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        var key = fingerprint
        if key == nil {
            let cluster = try await client.cluster(name)
            if let candidate = cluster.agent?.candidate, !candidate.isRejected {
                try session.confirm(candidate.question(cluster: name), yes: yes)
                key = candidate.fingerprint
            } else if let clone = cluster.agent?.clone {
                try session.confirm("\(clone) Let its agent go on?", yes: yes)
            }
        }
        let cluster = try await client.approve(cluster: name, fingerprint: key)
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            let what = key.map { "the key \($0) speaks for it now" } ?? "its agent goes on"
            try session.terminal.line("Cluster \(cluster.name) is approved: \(what).")
        }
    }
}

extension ClusterAgent.Candidate {
    /// Who waits, as a question.
    func question(cluster: String) -> String {
        let place = address.isEmpty ? "" : " at \(address)"
        let who = kind == "renewal" ? "The agent of \(cluster), whose key is too old," : "A new agent"
        return "\(who)\(place) wants to speak for \(cluster) with the key \(fingerprint). Let it?"
    }
}
