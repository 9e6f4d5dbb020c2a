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

    /// How many clusters that are not there yet are looked at.
    private static let largestLook = 1_000
    /// How many clusters are named when they are there.
    private static let namedClusters = 20

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
        let query = StatusQuery(
            names: all ? nil : clusters,
            behind: all ? revision.map(StatusQuery.Goal.revision) ?? .desired : nil,
            limit: Self.largestLook
        )
        let wait = FleetWait(
            goal: FleetGoal(clusters: all ? nil : clusters, revision: revision),
            timeout: timeout.duration,
            time: session.time,
            look: { after, wait in
                guard let after, !after.isEmpty else { return try await client.status(query) }
                return try await client.status(after: after, wait: wait, query)
            }
        )
        let fleet = try await session.withProgress("waiting for the fleet") { progress in
            try await wait.reached { laggards in
                progress.say("waiting for \(laggards.map(\.cluster).joined(separator: ", "))")
            }
        }
        let counted =
            all
            ? try await client.clusters().filter(\.state.isEnrolled)
            : fleet.clusters.filter { clusters.contains($0.name) }
        try session.show(output.format ?? .table, json: counted.json, names: counted.map(\.name)) {
            try session.terminal.line(sentence(counted, of: fleet))
        }
    }

    private func sentence(_ counted: [ClusterStatus], of fleet: FleetStatus) -> String {
        guard !counted.isEmpty else {
            return
                "No cluster has an agent yet (\(fleet.states.values.reduce(0, +)) known), so there is nothing to wait for."
        }
        let degraded = counted.filter { $0.state == .degraded }.map(\.name)
        guard counted.count <= Self.namedClusters else {
            let note = degraded.isEmpty ? "" : " Not everything is ready on \(degraded.count) of them: otomi status."
            return "In place on \(counted.count) clusters.\(note)"
        }
        let names = counted.map { "\($0.name) (revision \($0.appliedRevision.map(String.init) ?? "-"))" }
        let note = degraded.isEmpty ? "" : " Not everything is ready on \(degraded.joined(separator: ", "))."
        return "In place on \(names.joined(separator: ", ")).\(note)"
    }
}
