import Values

/// What bringing a draft up to a later revision does to its edits; pure.
struct RebasePlan {
    /// Edits that are based on the later revision from now on.
    private(set) var rebased: [DocumentID] = []
    /// Edits that the values hold already, and those that give way.
    private(set) var dropped: [DocumentID] = []
    /// Edits of documents that others have changed since.
    private(set) var clashing: [SealedEdit] = []

    /// - Parameters:
    ///   - edits: the draft's.
    ///   - forms: the documents as they are, or were last, at that revision.
    ///   - latest: that revision.
    ///   - mine: clashing documents that stay as the draft has them.
    ///   - theirs: clashing documents that stay as they are.
    init(
        _ edits: [SealedEdit],
        _ forms: [DocumentID: CommitPlan.Current],
        latest: Int64,
        mine: Set<DocumentID>,
        theirs: Set<DocumentID>
    ) {
        for edit in edits {
            let form = forms[edit.id]
            let isClash = form.map { $0.changedAt > edit.base } ?? false
            if edit.leads(to: form.flatMap { $0.isLive ? $0.spec : nil }) || (isClash && theirs.contains(edit.id)) {
                dropped.append(edit.id)
            } else if isClash, !mine.contains(edit.id) {
                clashing.append(edit)
            } else if edit.base != latest {
                rebased.append(edit.id)
            }
        }
    }
}
