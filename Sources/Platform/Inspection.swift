package import Values

/// Everything that is wrong with a set of documents: with each alone, between them, and with what they mean on every
/// cluster of `clusters`.
///
/// What the hub checks before a commit, `otomi validate` before a push, and a preview before a rollout.
///
/// `documents` are all of one revision. Without `clusters`, every Cluster document stands for a cluster of its name.
/// `missingReferences` is how much it matters that something refers to what does not exist.
package func inspect(
    _ documents: [Document],
    clusters: [ClusterIdentity] = [],
    missingReferences: Fault.Severity = .error
) -> [Fault] {
    let alone = documents.flatMap { Validator.faults(in: $0) }
    let together = Validator.faults(across: documents, missingReferences: missingReferences)
    var seen: Set<Fault> = []
    let first = (alone + together).filter { seen.insert($0).inserted }
    // What the schemas refuse would be refused again, in other words, by whatever reads it.
    guard !alone.contains(where: { $0.severity == .error }) else { return first.sorted() }
    // Nor is there more to say about a document that is wrong already.
    let refused = Set(first.filter { $0.severity == .error }.map(\.document))
    let index = DocumentIndex(documents.map { StoredDocument(document: $0, revision: 0, author: "") })
    var compiled: [Fault] = []
    for cluster in clusters.isEmpty ? documents.clusters : clusters {
        let faults = compile(index.selection(for: cluster)).faults
        compiled += faults.filter { !refused.contains($0.document) && seen.insert($0).inserted }
    }
    return (first + compiled).sorted()
}

extension [Document] {
    /// A cluster for every Cluster document; nothing but its name is known without a hub.
    fileprivate var clusters: [ClusterIdentity] {
        filter { $0.id.kind == .cluster }.map { document in
            ClusterIdentity(name: document.id.name, provider: "custom", region: "")
        }
    }
}
