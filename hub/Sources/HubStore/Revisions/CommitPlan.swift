import JSON
import Values

/// What a commit does, once it is known what it is up against; pure.
struct CommitPlan {
    /// The latest stored form of a document.
    struct Current {
        let spec: SealedSpec
        let validFrom: Int64
        /// Set when the document was deleted.
        let validTo: Int64?
        let author: String

        var isLive: Bool { validTo == nil }
        /// The revision that brought the document to where it is.
        var changedAt: Int64 { validTo ?? validFrom }
    }

    /// What a commit takes from where it is stored already.
    struct Carried {
        /// The forms that are written, in place of those of the commit.
        var specs: [DocumentID: SealedSpec] = [:]
        /// The revisions that the changes were made against, where they differ from the commit's.
        var bases: [DocumentID: Int64] = [:]
    }

    /// The ids that a commit touches, each once.
    struct Touched {
        let ids: [DocumentID]

        /// - Throws: `StoreError.Code.invalid` for a document that is named twice.
        init(_ commit: Commit) throws(StoreError) {
            var seen: Set<DocumentID> = []
            for id in commit.put.map(\.id) + commit.delete where !seen.insert(id).inserted {
                throw StoreError(.invalid, "\(id) is named twice in one commit: name it once")
            }
            ids = commit.put.map(\.id) + commit.delete
        }
    }

    /// Documents whose current form ends.
    private(set) var closed: [DocumentID] = []
    /// Documents that get a new form.
    private(set) var opened: [(id: DocumentID, spec: SealedSpec)] = []
    private(set) var changes: [DocumentChange] = []
    private(set) var unchanged = 0

    /// - Throws: `StoreError.Code.conflict` with every document that changed since the base, `.invalid`.
    init(
        _ commit: Commit,
        latest: Int64,
        current: [DocumentID: Current],
        carried: Carried = Carried(),
        cipher: SecretCipher
    ) throws(StoreError) {
        if let base = commit.base, base > latest || base < 0 {
            throw StoreError(.invalid, "base revision \(base) does not exist; the latest is \(latest)")
        }
        var conflicts: [DocumentConflict] = []
        for document in commit.put {
            let stored = current[document.id]
            let base = carried.bases[document.id] ?? commit.base
            let live = stored.flatMap { $0.isLive ? $0 : nil }
            let sealed: SealedSpec
            do throws(StoreError) {
                sealed = try Self.sealed(document, carried, live, cipher)
            } catch {
                // A marker of a secret that somebody replaced meanwhile is a clash, not a mistake.
                guard error.code == .invalid, Self.isBehind(base, stored) else { throw error }
                conflicts.append(try Self.conflict(document, live, cipher))
                continue
            }
            if live?.spec.holdsSame(as: sealed) == true {
                unchanged += 1
            } else if Self.isBehind(base, stored) {
                conflicts.append(try Self.conflict(document, live, cipher))
            } else {
                if live != nil { closed.append(document.id) }
                opened.append((document.id, sealed))
                changes.append(DocumentChange(id: document.id, action: live == nil ? .created : .updated))
            }
        }
        for id in commit.delete {
            guard let live = current[id], live.isLive else {
                unchanged += 1
                continue
            }
            if Self.isBehind(carried.bases[id] ?? commit.base, live) {
                conflicts.append(DocumentConflict(id: id, wanted: nil, current: try live.shown(id, cipher)))
            } else {
                closed.append(id)
                changes.append(DocumentChange(id: id, action: .deleted))
            }
        }
        guard conflicts.isEmpty else {
            let names = conflicts.prefix(3).map(\.id.description).joined(separator: ", ")
            throw StoreError(
                .conflict,
                "\(names)\(conflicts.count > 3 ? ", …" : "") changed since \(Self.beginning(of: commit)): "
                    + "read the current version and make the change again",
                conflicts: conflicts
            )
        }
        changes.sort { $0.id < $1.id }
    }

    /// What the audit log tells: one entry for each document, its hashes over the sealed form.
    func auditEntries(revision: Int64, current: [DocumentID: Current]) -> [AuditEntry] {
        let after = Dictionary(opened.map { ($0.id, $0.spec.json) }, uniquingKeysWith: { first, _ in first })
        return changes.map { change in
            AuditEntry(
                .commitDocuments,
                change.id.description,
                detail: "\(change.action.rawValue) in revision \(revision)",
                before: current[change.id].flatMap { $0.isLive ? $0.spec.json : nil },
                after: after[change.id]
            ).telling(.changed(change, revision: revision))
        }
    }

    /// The document with its secrets sealed: as it is stored where the commit takes it from, or as it was sent.
    private static func sealed(
        _ document: Document,
        _ carried: Carried,
        _ live: Current?,
        _ cipher: SecretCipher
    ) throws(StoreError) -> SealedSpec {
        if let spec = carried.specs[document.id] { return try spec.renewed(cipher, id: document.id) }
        return try SealedSpec(sealing: document, keeping: live?.spec, with: cipher)
    }

    private static func beginning(of commit: Commit) -> String {
        if case .draft(let name, _) = commit.source { return "draft '\(name)' was brought up to date" }
        return "revision \(commit.base ?? 0)"
    }

    /// Both versions of a document, without the secrets of either.
    private static func conflict(
        _ wanted: Document,
        _ live: Current?,
        _ cipher: SecretCipher
    ) throws(StoreError) -> DocumentConflict {
        var shown = wanted
        for pointer in SecretLeaves.pointers(in: wanted)
        where !(wanted.spec[pointer].map(SecretMarker.isMarker) ?? true) {
            do throws(JSONError) { try shown.spec.set(SecretMarker.marker("yours"), at: pointer) } catch {
                shown.spec = [:]
            }
        }
        return DocumentConflict(id: wanted.id, wanted: shown, current: try live?.shown(wanted.id, cipher))
    }

    private static func isBehind(_ base: Int64?, _ stored: Current?) -> Bool {
        guard let base, let stored else { return false }
        return stored.changedAt > base
    }
}

extension CommitPlan.Current {
    /// The document for people, secrets as markers.
    func shown(_ id: DocumentID, _ cipher: SecretCipher) throws(StoreError) -> StoredDocument {
        let spec = try spec.opened(cipher, id: id, revealing: false)
        return StoredDocument(document: Document(id: id, spec: spec), revision: validFrom, author: author)
    }
}
