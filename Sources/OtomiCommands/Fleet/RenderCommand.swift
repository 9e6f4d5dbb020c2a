import ArgumentParser
import HubAPI
import JSON

/// `otomi render`.
struct RenderCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Prints exactly the objects of a cluster's bundle.",
        discussion: "YAML (the default) is one document for each object, JSON one Kubernetes List; kubectl reads both."
    )

    @Option(help: ArgumentHelp("The cluster.", valueName: "name"))
    var cluster: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let bundle = try await session.withProgress("rendering cluster \(cluster)") { _ in
            try await client.objects(cluster: cluster)
        }
        let format = output.format ?? .yaml
        guard format != .yaml else { return try session.showDocuments(bundle.objects) }
        let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(bundle.objects)]
        try session.show(format, json: list, names: bundle.objects.map(name)) {
            var table = Table("KIND", "NAMESPACE", "NAME")
            for object in bundle.objects {
                table.add(
                    .init(object["kind"]?.stringValue ?? ""),
                    .init(object["metadata"]?["namespace"]?.stringValue ?? "-"),
                    .init(object["metadata"]?["name"]?.stringValue ?? "")
                )
            }
            try session.show(table, otherwise: "The bundle of cluster \(cluster) holds no objects.")
        }
    }

    /// The object as kubectl names it, with its namespace: `job.batch/team-demo/nightly`.
    private func name(of object: JSONValue) -> String {
        let version = object["apiVersion"]?.stringValue ?? ""
        let group = version.firstIndex(of: "/").map { "." + version[..<$0] } ?? ""
        let kind = (object["kind"]?.stringValue?.lowercased() ?? "") + group
        let name = object["metadata"]?["name"]?.stringValue ?? ""
        let namespace = object["metadata"]?["namespace"]?.stringValue
        return [kind, namespace, name].compactMap(\.self).joined(separator: "/")
    }
}
