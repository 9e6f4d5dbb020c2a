import ArgumentParser
import HubAPI
import JSON
import Platform

/// `otomi app list`.
struct AppListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the apps of the catalogue; with --cluster, what is on there and why.",
        discussion: "Without --cluster no hub is asked, and DEFAULT says what holds where no document says anything.",
        aliases: ["ls"]
    )

    @Option(help: ArgumentHelp("The cluster.", valueName: "name"))
    var cluster: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let catalogue = Catalogue.embedded
        guard let cluster else { return try show(catalogue.names.compactMap { catalogue[$0] }, session) }
        let client = try session.hub(hub)
        let answer = try await session.withProgress("reading the apps of cluster \(cluster)") { _ in
            try await client.values(cluster: cluster)
        }
        try show(AppSet(tree: answer.values), session)
    }

    private func show(_ entries: [CatalogueEntry], _ session: Session) throws {
        try session.show(output.format ?? .table, json: .array(entries.map(\.json)), names: entries.map(\.name)) {
            var table = Table("NAME", "TITLE", "VERSION", "CLASSES", "DEFAULT")
            for entry in entries {
                table.add(
                    .init(entry.name),
                    .init(entry.title),
                    .init(entry.appVersion),
                    .init(entry.classText, .faint),
                    .init(entry.defaultText)
                )
            }
            try session.show(table, otherwise: "The catalogue is empty.")
        }
    }

    private func show(_ set: AppSet, _ session: Session) throws {
        let entries = set.entries.values.sorted { $0.name < $1.name }
        let list = entries.map { entry in
            entry.json.merging(set.states[entry.name]?.json ?? [:])
        }
        try session.show(output.format ?? .table, json: .array(list), names: entries.map(\.name).filter(set.isOn)) {
            var table = Table("NAME", "TITLE", "VERSION", "CLASSES", "STATE", "WHY")
            for entry in entries {
                let state = set.states[entry.name]
                let isOn = state?.isOn ?? false
                table.add(
                    .init(entry.name),
                    .init(entry.title),
                    .init(entry.appVersion),
                    .init(entry.classText, .faint),
                    .init(isOn ? "on" : "off", isOn ? .good : .faint),
                    .init(state?.reason.description ?? "")
                )
            }
            try session.show(table, otherwise: "The catalogue is empty.")
        }
    }
}

extension CatalogueEntry {
    var classText: String { classes.map(\.rawValue).joined(separator: ", ") }

    /// Whether the app is on where no document says.
    var defaultText: String {
        if isCore { return "always on" }
        return isOnByDefault.map { $0 ? "on" : "off" } ?? "by cluster"
    }

    /// What a script gets to know.
    var json: JSONValue {
        .members([
            "name": name, "title": title, "description": description, "version": appVersion, "home": home,
            "classes": classes.map(\.rawValue), "default": defaultText, "namespace": namespaceName, "chart": chartText,
            "dependsOn": dependsOn,
        ])
    }
}

extension AppSet.State {
    var json: JSONValue { ["enabled": .bool(isOn), "reason": .string(reason.description)] }
}
