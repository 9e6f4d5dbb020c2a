import JSON
import Values

/// Walks back through the values and says which changes were about a cluster; pure.
struct ClusterHistory {
    private let cluster: ClusterIdentity
    private var documents: [DocumentID: StoredDocument]
    /// What applies to the cluster at this point; `nil` until somebody needs it.
    private var selected: Set<DocumentID>?

    /// - Parameters:
    ///   - cluster: the cluster as placement sees it.
    ///   - documents: the values to begin with.
    init(_ cluster: ClusterIdentity, _ documents: [StoredDocument]) {
        self.cluster = cluster
        self.documents = Dictionary(documents.map { ($0.document.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Goes back behind a revision.
    ///
    /// - Parameters:
    ///   - changes: all that the revision did.
    ///   - judged: the changes that count.
    /// - Returns: whether one of them was about a document that applied to the cluster before or after.
    mutating func undo(_ changes: [DocumentDifference], judging judged: [DocumentDifference]) -> Bool {
        guard !changes.isEmpty else { return false }
        var open: [DocumentDifference] = []
        var isFound = false
        for change in judged {
            switch change.id.scope {
            case .cluster(let name): isFound = isFound || name == cluster.name
            case .platform where change.id.kind == .group:
                isFound = isFound || [change.before, change.after].contains { $0.map(includes) ?? false }
            default: open.append(change)
            }
        }
        if !isFound, open.contains(where: { $0.after != nil }) {
            let after = selection()
            isFound = open.contains { after.contains($0.id) }
        }
        for change in changes { documents[change.id] = change.before }
        selected = nil
        if !isFound, open.contains(where: { $0.before != nil }) {
            let before = selection()
            isFound = open.contains { before.contains($0.id) }
        }
        return isFound
    }

    private mutating func selection() -> Set<DocumentID> {
        if let selected { return selected }
        let found = DocumentIndex(Array(documents.values)).selection(for: cluster).documents
        selected = found
        return found
    }

    /// Whether the cluster belongs to a group.
    private func includes(_ group: StoredDocument) -> Bool {
        let name = group.document.id.name
        let probe = Document(id: DocumentID(kind: .settings, scope: .group(name), name: "otomi"), spec: [:])
        let index = DocumentIndex([group, StoredDocument(document: probe, revision: 0, author: "")])
        return index.selection(for: cluster).documents.contains(probe.id)
    }
}
