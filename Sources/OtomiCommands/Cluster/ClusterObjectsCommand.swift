import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster objects`.
struct ClusterObjectsCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "objects",
        abstract: "Lists the objects of a cluster and how each of them is.",
        discussion: """
            APPLIED is the beginning of the SHA-256 of the manifest that the object was applied with, as otomi render prints \
            it in canonical JSON. AGREES says whether the live object still is as it was applied: the agent watches them all.
            """
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Flag(help: "Only objects that are not applied and ready.")
    var notReady = false

    @Option(help: "Only objects of this kind, such as Deployment.")
    var kind: String?

    @Option(help: "Only objects of this namespace.")
    var namespace: String?

    @Option(help: "Only objects of this layer, such as team/demo.")
    var layer: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let query = ObjectQuery(kind: kind, namespace: namespace, layer: layer, state: notReady ? "notReady" : nil)
        let objects = try await session.withProgress("reading the objects of cluster \(name)") { _ in
            try await client.objectStates(cluster: name, query)
        }
        try session.show(output.format ?? .table, json: objects.json, names: objects.map(\.name)) {
            var table = Table("NAMESPACE", "KIND", "NAME", "STATE", "HEALTH", "APPLIED", "AGREES", "LAYER")
            let now = session.time.unixSeconds()
            for object in objects {
                table.add(
                    .init(object.namespace ?? "-"),
                    .init(object.kind),
                    .init(object.name),
                    .init(object.state, object.state == "failed" ? .bad : .plain),
                    .init(object.health, object.health == "failed" ? .bad : .plain),
                    .init(object.applied ?? "-", .faint),
                    agreement(of: object, now: now),
                    .init(object.layer, .faint)
                )
            }
            try session.show(
                table,
                otherwise: notReady ? "Every object is ready." : "The cluster has not told of any such object."
            )
            if let checked = objects.first?.checkedAt {
                try session.terminal.line("As the agent said \(Age.text(since: checked, now: now)) ago.")
            }
        }
    }

    /// `yes`, `yes, restored 3m ago`, `no, for 5m`; `-` for what is not applied.
    private func agreement(of object: ObjectStatus, now: Int64) -> Table.Cell {
        guard let agrees = object.agrees else { return "-" }
        guard agrees else { return .init("no, for \(Age.text(since: object.differsSince, now: now))", .bad) }
        guard let restored = object.driftedAt else { return .init(object.hasDrifted ? "yes, restored" : "yes") }
        return .init("yes, restored \(Age.text(since: restored, now: now)) ago", .busy)
    }
}
