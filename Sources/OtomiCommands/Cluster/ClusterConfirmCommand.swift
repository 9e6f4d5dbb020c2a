import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster confirm`.
struct ClusterConfirmCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Shows the deletions that agents hold back, and confirms them.",
        discussion: """
            Each cluster's deletions are shown, and its name is asked for. What is confirmed is exactly what was shown: when \
            other deletions wait by then, nothing is confirmed and the exit code is 4. With --all every cluster counts that \
            has deletions waiting.
            """
    )

    @OptionGroup var clusters: ClusterSelection

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: clusters.named, confirmation)
        let names = try await clusters.names(client) { $0.pendingDeletions.map { !$0.isConfirmed } ?? false }
        let changes = try await ClusterChanges(on: names) { name in
            let cluster = try await client.cluster(name)
            guard let deletions = cluster.pendingDeletions, !deletions.isConfirmed else { return cluster }
            show(deletions, on: cluster, session)
            try session.confirm(
                typing: cluster.name,
                "Delete \(deletions.count == 1 ? "this object" : "these \(deletions.count) objects") on \(cluster.name)?",
                yes: yes
            )
            return try await client.confirm(DeletionConfirmation(deletions), cluster: name)
        }
        try changes.show(in: session, output.format) { cluster in
            guard let deletions = cluster.pendingDeletions else {
                return "No deletions wait on cluster \(cluster.name)."
            }
            return "Confirmed on cluster \(cluster.name): \(deletions.summary). Its agent makes them now."
        }
    }

    /// Shown where questions are asked, so that standard output holds the result alone.
    private func show(_ deletions: ClusterDeletions, on cluster: ClusterStatus, _ session: Session) {
        session.terminal.note("Cluster \(cluster.name) waits for confirmation of \(deletions.summary):".printable)
        var table = Table("KIND", "NAMESPACE", "NAME")
        for object in deletions.objects {
            table.add(
                .init(object["kind"]?.stringValue ?? "object"),
                .init(object["namespace"]?.stringValue ?? "-"),
                .init(object["name"]?.stringValue ?? object.compactText)
            )
        }
        if !table.isEmpty { session.terminal.writeError(table.text(colour: false)) }
        let beyond = deletions.count - deletions.objects.count
        if beyond > 0 { session.terminal.note("and \(beyond) more") }
    }
}
