import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster add`.
struct ClusterAddCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Adds a cluster and prints its one-time token and the command that starts its agent."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Option(help: ArgumentHelp("aws, azure, google, onprem …", valueName: "provider"))
    var provider: String

    @Option(help: ArgumentHelp("The provider's region.", valueName: "region"))
    var region: String

    @Option(
        name: [.customShort("l"), .customLong("label")],
        help: ArgumentHelp("A label that placement selects by; may be repeated.", valueName: "key=value")
    )
    var labels: [LabelArgument] = []

    @Option(help: ArgumentHelp("The suffix of the host names of what runs there.", valueName: "domain"))
    var domain: String?

    @Option(help: ArgumentHelp("Who answers for it: a person, a team, an address.", valueName: "text"))
    var owner: String?

    @Option(help: ArgumentHelp("What people should know of it.", valueName: "text"))
    var description: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether its agent waits for 'otomi cluster approve'; as the hub is set otherwise."
    )
    var approval: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether it is shut out when two agents speak for it; as the hub is set otherwise."
    )
    var quarantine: Bool?

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        var seen: Set<String> = []
        for label in labels {
            guard seen.insert(label.key).inserted else {
                throw ValidationError("The label '\(label.key)' is given twice.")
            }
        }
    }

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let cluster = NewCluster(
            name: name,
            provider: provider,
            region: region,
            labels: Dictionary(labels.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
            domain: domain,
            owner: owner,
            description: description,
            requiresApproval: approval,
            quarantinesClones: quarantine
        )
        let enrolment = try await session.withProgress("adding cluster \(name)") { _ in
            try await client.addCluster(cluster)
        }
        try session.show(enrolment, headline: "Cluster \(enrolment.name) is added.", format: output.format)
    }
}

extension Session {
    /// Prints a token and what to do with it.
    func show(_ enrolment: ClusterEnrolment, headline: String, format: OutputFormat?) throws {
        try show(format ?? .table, json: enrolment.json, names: [enrolment.name]) {
            try terminal.line(headline)
            try terminal.line("Install its agent on the cluster, in the context of kubectl that is current:")
            try terminal.line()
            try terminal.line("  otomi cluster install \(enrolment.name) --apply --wait")
            try terminal.line()
            try terminal.line("Or start it elsewhere, where the cluster's API server can be reached:")
            try terminal.line()
            try terminal.line("  \(enrolment.install)")
            try terminal.line()
            try terminal.line("The token in it works once, until \(enrolment.tokenExpiresAt). Then:")
            try terminal.line()
            try terminal.line("  otomi wait --cluster \(enrolment.name)")
        }
    }
}
