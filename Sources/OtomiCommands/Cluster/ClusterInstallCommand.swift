import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster install`.
struct ClusterInstallCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Prints, applies or links to the manifest that installs a cluster's agent.",
        discussion: """
            Without a flag the manifest goes to standard output, with a new one-time token in it: \
            otomi cluster install NAME | kubectl apply -f -. With --url the hub serves it once, for machines that have no \
            otomi: kubectl apply -f URL. With --upgrade it holds no token, so that it only changes what runs.
            """
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Flag(help: "Run kubectl apply with the manifest.")
    var apply = false

    @Flag(name: .customLong("url"), help: "Print an address that serves the manifest once.")
    var link = false

    @Flag(help: "Change what runs and make no token: for a cluster whose agent is enrolled.")
    var upgrade = false

    @Flag(help: "With --apply: wait until the agent has enrolled, or until the upgrade is rolled out.")
    var wait = false

    @Option(help: ArgumentHelp("With --wait: how long at most: 60s, 2m.", valueName: "time"))
    var timeout = DurationText(.seconds(300))

    @OptionGroup(title: "Options of the agent") var agent: InstallationOptions
    @OptionGroup(title: "Options of kubectl") var kubectl: KubectlOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard !link || !apply && !upgrade else {
            throw ValidationError("--url stands alone: it neither goes with --apply nor with --upgrade.")
        }
        guard !wait || apply else { throw ValidationError("--wait goes with --apply.") }
        guard apply || !kubectl.areGiven else { throw ValidationError("--context and --kubeconfig go with --apply.") }
    }

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        let delivery: InstallationRequest.Delivery = link ? .link : upgrade ? .upgrade : .manifest
        let request = try agent.request(delivery)
        let installation = try await session.withProgress("preparing the installation of \(name)") { _ in
            try await client.install(cluster: name, request)
        }
        for note in installation.notes { session.terminal.note("Note: \(note)") }
        if apply {
            try await apply(installation, client, in: session)
        } else {
            try show(installation, in: session)
        }
    }

    private func show(_ installation: ClusterInstallation, in session: Session) throws {
        if let format = output.format, !format.isTable {
            return try session.show(format, json: installation.json, names: [name]) {}
        }
        if let url = installation.url {
            try session.terminal.line("kubectl apply -f \(url)")
            session.terminal.note(
                "The address serves the manifest once, until \(installation.expiresAt ?? "?"); whoever has it may become "
                    + "the agent of \(name)."
            )
        } else {
            try session.terminal.write(installation.manifest ?? "")
            guard let expires = installation.expiresAt else { return }
            session.terminal.note("The token in it works once, until \(expires). Then: otomi wait --cluster \(name)")
        }
    }

    private func apply(_ installation: ClusterInstallation, _ client: HubClient, in session: Session) async throws {
        // On the server's side, so that no copy of the token stays in an annotation. Under kubectl's own name, by which it
        // takes over what an earlier apply on the client's side left.
        try kubectl.run(
            ["apply", "--server-side", "--force-conflicts", "-f", "-"],
            input: installation.manifest ?? "",
            in: session
        )
        guard wait else { return }
        if upgrade {
            let seconds = max(timeout.duration.components.seconds, 1)
            try kubectl.run(
                ["rollout", "status", "deployment/otomi-agent", "-n", "otomi-system", "--timeout=\(seconds)s"],
                in: session
            )
        } else {
            try await waitForEnrolment(client, in: session)
        }
    }

    private func waitForEnrolment(_ client: HubClient, in session: Session) async throws {
        let wait = FleetWait(
            goal: FleetGoal(clusters: [name], revision: nil, isEnrolmentEnough: true),
            timeout: timeout.duration,
            time: session.time,
            look: { after, wait in
                let query = StatusQuery(names: [name])
                guard let after, !after.isEmpty else { return try await client.status(query) }
                return try await client.status(after: after, wait: wait, query)
            }
        )
        _ = try await session.withProgress("waiting for the agent of \(name) to enrol") { _ in
            try await wait.reached { _ in }
        }
        try session.terminal.line("The agent of \(name) has enrolled. Then: otomi wait --cluster \(name)")
    }
}
