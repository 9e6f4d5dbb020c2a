import ArgumentParser
import JSON
import Platform
import Values

/// `otomi template`.
struct TemplateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Writes every object of every cluster to files, without a hub.",
        discussion: """
            Each object becomes OUT/<cluster>/<layer>/<namespace or _cluster>/<kind>-<name>.yaml, so that two revisions \
            can be compared with diff. OUT holds what the last run wrote and nothing else of it: a folder that another \
            program wrote to is refused, files that others put beside ours are left alone.

            Objects with secrets are left out unless --show-secrets is given; only you can read what is written then. Exit \
            code 7 when there are faults; nothing is written then. clusters.yaml is read as otomi validate reads it.
            """
    )

    @Argument(help: "A file, a folder, or - for standard input.", completion: .file())
    var path = "."

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder to write.", valueName: "folder"))
    var target: String

    @Option(name: .customLong("cluster"), help: ArgumentHelp("Only this cluster; may be repeated.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "Write objects with secrets in the clear too.")
    var showSecrets = false

    func run(in session: Session) async throws {
        let values = try OfflineValues(reading: path, in: session)
        guard !values.hasErrors else { throw CommandFailure.invalid(values.faults, in: path) }
        for warning in values.faults { session.terminal.note(warning.lineWithSeverity) }
        let clusters = try chosen(from: values.clusters)
        let stored = values.documents.map { StoredDocument(document: $0, revision: 0, author: "") }
        var files: [String: String] = [:]
        var hidden = 0
        var table = Table("CLUSTER", "LAYERS", "OBJECTS")
        for cluster in clusters {
            let layers = compile(EffectiveValues(cluster: cluster, documents: stored)).layers
            let shown = layers.filter { showSecrets || !$0.isConfidential }
            hidden += layers.filter { !showSecrets && $0.isConfidential }.reduce(0) { $0 + $1.objects.count }
            for layer in shown {
                files.merge(RenderedFiles.files(of: layer, on: cluster.name)) { first, _ in first }
            }
            let count = shown.reduce(0) { $0 + $1.objects.count }
            table.add(.init(cluster.name), .init(String(shown.count)), .init(String(count)))
        }
        let removed = try OutputFolder(at: target, isPrivate: showSecrets).replace(with: files)
        try session.show(table, otherwise: "No cluster has an object.")
        try session.terminal.line("Wrote \(files.count) files to \(target), removed \(removed) stale ones.")
        guard hidden > 0 else { return }
        session.terminal.note("\(hidden) objects with secrets were left out; --show-secrets writes them too.")
    }

    private func chosen(from clusters: [ClusterIdentity]) throws -> [ClusterIdentity] {
        guard !clusters.isEmpty else {
            throw CommandFailure(
                .invalid,
                "\(path) names no cluster. Write a Cluster document, or \(ClusterList.fileName) beside the documents"
            )
        }
        guard !names.isEmpty else { return clusters }
        if let unknown = names.first(where: { name in !clusters.contains { $0.name == name } }) {
            let known = clusters.map(\.name).joined(separator: ", ")
            throw CommandFailure(.notFound, "there is no cluster \(unknown) in \(path); known are \(known)")
        }
        return clusters.filter { names.contains($0.name) }
    }
}
