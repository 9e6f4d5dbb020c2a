import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster objects`.
struct ClusterObjectsCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "objects",
        abstract: "Lists the objects of a cluster and how each of them is."
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
            var table = Table("NAMESPACE", "KIND", "NAME", "STATE", "HEALTH", "DRIFT", "LAYER")
            for object in objects {
                table.add(
                    .init(object.namespace ?? "-"),
                    .init(object.kind),
                    .init(object.name),
                    .init(object.state, object.state == "failed" ? .bad : .plain),
                    .init(object.health, object.health == "failed" ? .bad : .plain),
                    .init(object.hasDrifted ? "yes" : "-"),
                    .init(object.layer, .faint)
                )
            }
            try session.show(
                table,
                otherwise: notReady ? "Every object is ready." : "The cluster has not told of any such object."
            )
        }
    }
}
