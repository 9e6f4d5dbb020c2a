package import Values

/// Documents as they are to be again.
package struct Restoration: Hashable, Sendable {
    /// Documents that change or come back, secrets as markers.
    package let put: [Document]
    /// Documents that go.
    package let delete: [DocumentID]
    /// The revision where what comes back is stored.
    package let source: Int64
    /// The revision that the change is made against.
    package let base: Int64

    package var isEmpty: Bool { put.isEmpty && delete.isEmpty }
}

/// Going back, always forward: what is restored or undone becomes a new revision.
extension HubStore {
    /// What makes documents equal to those of an earlier revision.
    ///
    /// - Parameters:
    ///   - revision: the revision whose documents are wanted.
    ///   - documents: only these; all when empty.
    ///   - team: only those of this team.
    ///   - latest: the revision that the change is made against.
    /// - Returns: what to put and to delete.
    /// - Throws: `StoreError.Code.notFound` for a named document that neither revision has.
    package func restoration(
        of revision: Int64,
        documents: Set<DocumentID> = [],
        team: String? = nil,
        at latest: Int64
    ) async throws -> Restoration {
        let found = try await differences(from: latest, to: revision, DocumentFilter(team: team))
            .filter { documents.isEmpty || documents.contains($0.id) }
        for id in documents.subtracting(found.map(\.id)).sorted() {
            guard try await document(id, at: revision) == nil else { continue }
            throw StoreError(.notFound, "there is no \(id), and there was none at revision \(revision)")
        }
        return Restoration(found, source: revision, base: latest)
    }

    /// What undoes a revision: the documents that it changed, as they were before it.
    ///
    /// What others have changed since is a conflict when it is committed.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func reversal(of revision: Int64) async throws -> Restoration {
        _ = try await self.revision(revision)
        let found = try await differences(from: revision, to: revision - 1)
        return Restoration(found, source: revision - 1, base: revision)
    }
}

extension Restoration {
    /// From differences towards the wanted documents.
    fileprivate init(_ differences: [DocumentDifference], source: Int64, base: Int64) {
        self.init(
            put: differences.compactMap(\.after?.document),
            delete: differences.filter { $0.after == nil }.map(\.id),
            source: source,
            base: base
        )
    }
}
