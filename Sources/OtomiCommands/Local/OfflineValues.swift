import JSON
import Platform
import Values

/// Values as they lie on disk, with the clusters they are for and everything that is wrong with them.
struct OfflineValues {
    let documents: [Document]
    /// By name.
    let clusters: [ClusterIdentity]
    let faults: [Fault]

    var hasErrors: Bool { faults.contains { $0.severity == .error } }

    /// Reads a file, a folder, a values repository, or standard input for `-`.
    ///
    /// - Throws: `CommandFailure` when something cannot be read, or there is nothing.
    init(reading path: String, in session: Session) throws {
        if path != "-", try ValuesRepository.isRepository(path) {
            self.init(try ValuesRepository(reading: path).plan)
            return
        }
        let loaded = try LoadedDocuments(reading: [path], in: session)
        guard !loaded.documents.isEmpty || !loaded.faults.isEmpty else {
            throw CommandFailure(.invalid, "there is no document in \(path)")
        }
        self.init(loaded)
    }

    private init(_ loaded: LoadedDocuments) {
        documents = loaded.documents
        clusters = Self.clusters(of: loaded.documents, knownFrom: loaded.clusters.map(\.identity))
        let found = inspect(loaded.documents, clusters: clusters).map(loaded.withFile)
        faults = (loaded.faults + found).sorted()
    }

    /// An import has been checked document by document already, with the places in its own files.
    private init(_ plan: ImportPlan) {
        documents = plan.documents
        let known = plan.clusters.map { cluster in
            ClusterIdentity(
                name: cluster.name,
                provider: cluster.provider,
                region: cluster.region,
                labels: cluster.labels
            )
        }
        clusters = Self.clusters(of: plan.documents, knownFrom: known)
        guard !plan.hasErrors else {
            faults = plan.faults.sorted()
            return
        }
        let said = Set(plan.faults.map(\.message))
        let files = Dictionary(plan.taken.map { ($0.document, $0.file) }, uniquingKeysWith: { first, _ in first })
        let found = inspect(plan.documents, clusters: clusters, missingReferences: .warning)
            .filter { !said.contains($0.message) }
            .map { fault in
                var fault = fault
                fault.file = fault.document.flatMap { files[$0] }
                return fault
            }
        faults = (plan.faults + found).sorted()
    }

    /// The clusters that are known, and one for every other Cluster document; of that only the name is.
    private static func clusters(of documents: [Document], knownFrom known: [ClusterIdentity]) -> [ClusterIdentity] {
        let names = Set(known.map(\.name))
        let others = documents.filter { $0.id.kind == .cluster && !names.contains($0.id.name) }
            .map { ClusterIdentity(name: $0.id.name, provider: "custom", region: "") }
        return (known + others).sorted { $0.name < $1.name }
    }
}
