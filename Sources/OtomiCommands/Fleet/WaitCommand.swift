import ArgumentParser
import HubAPI
import JSON

/// `otomi wait`.
struct WaitCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Waits until clusters run their desired revision.",
        discussion: """
            With --all every cluster that has an agent counts; pending and revoked clusters do not. \
            A cluster is there when it runs the revision and no deletions wait on it. \
            Exit code 8 when time runs out, 9 as soon as every cluster that is not there is paused or waits for a \
            confirmation; the clusters that are not there are named with the reason.
            """
    )

    @Flag(help: "Wait for every cluster that has an agent.")
    var all = false

    @Option(
        name: .customLong("cluster"),
        help: ArgumentHelp("Wait for this cluster; may be repeated.", valueName: "name")
    )
    var clusters: [String] = []

    @Option(help: ArgumentHelp("Wait for this revision or a later one.", valueName: "number"))
    var revision: Int64?

    @Option(help: ArgumentHelp("How long to wait at most: 60s, 2m.", valueName: "time"))
    var timeout = DurationText(.seconds(300))

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard all != !clusters.isEmpty else {
            throw ValidationError("Name what to wait for: either --all or --cluster NAME.")
        }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let wait = FleetWait(
            goal: FleetGoal(clusters: all ? nil : clusters, revision: revision),
            timeout: timeout.duration,
            time: session.time,
            look: { after, wait in
                guard let after, !after.isEmpty else { return try await client.status() }
                return try await client.status(after: after, wait: wait)
            }
        )
        let fleet = try await session.withProgress("waiting for the fleet") { progress in
            try await wait.reached { laggards in
                progress.say("waiting for \(laggards.map(\.cluster).joined(separator: ", "))")
            }
        }
        let counted = fleet.clusters.filter { all ? $0.state.isEnrolled : clusters.contains($0.name) }
        try session.show(output.format ?? .table, json: counted.json, names: counted.map(\.name)) {
            try session.terminal.line(sentence(counted, of: fleet))
        }
    }

    private func sentence(_ counted: [ClusterStatus], of fleet: FleetStatus) -> String {
        guard !counted.isEmpty else {
            return "No cluster has an agent yet (\(fleet.clusters.count) known), so there is nothing to wait for."
        }
        let degraded = counted.filter { $0.state == .degraded }.map(\.name)
        let names = counted.map { "\($0.name) (revision \($0.appliedRevision.map(String.init) ?? "-"))" }
        let note = degraded.isEmpty ? "" : " Not everything is ready on \(degraded.joined(separator: ", "))."
        return "In place on \(names.joined(separator: ", ")).\(note)"
    }
}
