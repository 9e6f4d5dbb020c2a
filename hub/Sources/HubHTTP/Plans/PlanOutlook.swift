import HubAPI
import HubStore
import Values

/// The values as they would be, checked as a commit would check them; nothing is stored.
struct PlanOutlook {
    let latest: Int64
    /// The revision that is looked at; `nil` for a change that is none yet.
    let revision: Int64?
    /// The latest values, secrets in the clear, where they had to be read.
    let before: [StoredDocument]?
    /// The values as they would be, secrets in the clear.
    let after: [StoredDocument]
    /// What is worth saying about the change.
    let warnings: [Fault]

    /// - Parameters:
    ///   - subject: what is previewed.
    ///   - access: whose it is.
    ///   - latest: the revision that it is made on.
    ///   - store: where everybody's values are.
    ///   - drafts: where the drafts are that the caller sees.
    /// - Throws: `Problem` with every fault when the change could not be committed; a ``Refusal`` for what is not the
    ///   caller's to change; `StoreError`.
    init(
        _ subject: PlanRequest.Subject,
        access: CommitAccess,
        latest: Int64,
        store: HubStore,
        drafts: HubStore
    ) async throws {
        self.latest = latest
        switch subject {
        case .revision(let name):
            let number = try await store.revision(named: name)
            revision = number
            before = nil
            after = try await store.allDocuments(at: number, revealing: true)
            warnings = []
        case .draft(let name):
            let draft = try await drafts.draft(named: name)
            let change = CommitCheck.Change(put: draft.put, delete: draft.delete)
            let faults = try await Self.check(change, of: nil, access, latest, store)
            // What the draft keeps secret is in its own rows, not in the stored documents.
            let revealed = try await drafts.draft(named: name, revealing: true)
            let values = try await store.preview(put: revealed.put, delete: revealed.delete, at: latest)
            revision = nil
            before = values.before
            after = values.after
            warnings = faults + Self.clashes(draft, values.before)
        case .changes(let put, let delete):
            guard !put.isEmpty || !delete.isEmpty else {
                throw Problem(.badRequest, detail: "The plan changes no document.")
            }
            let change = CommitCheck.Change(put: put, delete: delete)
            warnings = try await Self.check(change, of: access, access, latest, store)
            let values = try await store.preview(put: put, delete: delete, at: latest)
            revision = nil
            before = values.before
            after = values.after
        }
    }

    /// What others have changed since the draft's edits were made; its commit would be refused.
    private static func clashes(_ draft: Draft, _ latest: [StoredDocument]) -> [Fault] {
        let revisions = Dictionary(latest.map { ($0.document.id, $0.revision) }, uniquingKeysWith: { _, last in last })
        return draft.edits.compactMap { edit in
            guard let revision = revisions[edit.id], revision > edit.base else { return nil }
            return Fault(
                severity: .warning,
                document: edit.id,
                message:
                    "revision \(revision) changed it after the draft did, so the draft cannot be committed as it is",
                hint: "Bring the draft up to the latest revision first."
            )
        }
    }

    /// Checks a change as a commit would, so that a plan never shows what could not be stored.
    ///
    /// `author` is whose change it is; `nil` for a draft, whose documents were checked when they were put into it.
    private static func check(
        _ change: CommitCheck.Change,
        of author: CommitAccess?,
        _ access: CommitAccess,
        _ latest: Int64,
        _ store: HubStore
    ) async throws -> [Fault] {
        var seen: Set<DocumentID> = []
        if let twice = (change.put.map(\.id) + change.delete).first(where: { !seen.insert($0).inserted }) {
            throw Problem(.badRequest, detail: "The plan names \(twice) twice.")
        }
        // Secrets as markers: what a fault says must not quote one.
        let before = try await store.allDocuments(at: latest).map(\.document)
        var byID = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        try author?.check(put: change.put, delete: change.delete, before: byID)
        for document in change.put { byID[document.id] = document }
        for id in change.delete where byID.removeValue(forKey: id) == nil && author != nil {
            throw Problem(
                .notFound,
                detail: "There is no \(id).",
                hint: "otomi get \(id.kind.rawValue) lists them."
            )
        }
        let after = byID.values.sorted { $0.id < $1.id }
        let faults = access.shown(Validator.faults(changing: before, to: after), among: after)
        let errors = faults.filter { $0.severity == .error }
        guard errors.isEmpty else {
            let count = errors.count == 1 ? "one fault" : "\(errors.count) faults"
            throw Problem(.invalid, detail: "The change has \(count), so there is nothing to plan.", errors: errors)
        }
        return faults
    }
}
